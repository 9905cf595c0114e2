import { staffTexts } from '../staffTexts.ts';
import { english, type OfficeTexts } from './englishTexts.ts';
import { german } from './germanTexts.ts';

export const officeTexts: OfficeTexts = staffTexts.language === 'de' ? german : english;
