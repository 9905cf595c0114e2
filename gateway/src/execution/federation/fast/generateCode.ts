import { isAbstractType, isListType, isNonNullType, type GraphQLOutputType } from 'graphql';
import type { Requirement } from '../planning/compiledPlan.ts';
import type { PlacePath } from '../running/places.ts';
import * as json from './jsonBytes.ts';
import { Layouts, leafKind, listDepth, type Part } from './layout.ts';
import { NotCovered, isOf, type OpenField, type OpenTree, type Place, type TypedPlace } from './openTree.ts';

/** An object that is kept until all fetches have given theirs: `t` says what it is, `s0` … hold what is known. */
export interface Kept {
  readonly t: number;
}

/** A fetch, as the code for it is made. */
export interface CodedStep {
  readonly index: number;
  readonly path: PlacePath;
  /** Where its objects stand. */
  readonly targets: readonly Place[];
  readonly requires: readonly Requirement[] | undefined;
  /** The name that its subgraph knows a type by, where that is another one. */
  sentType(type: string): string;
}

/** The code of a plan. */
export interface Code {
  root(): Kept;
  /** The bytes of an answer, and the same as text of a character each, for what is called next. */
  read(bytes: Uint8Array, text: string): void;
  /** The objects that a fetch is for. */
  readonly collect: Readonly<Record<number, (root: Kept, out: Kept[]) => void>>;
  /** What a subgraph is told of an object; undefined if it has nothing to say of its type. */
  readonly represent: Readonly<Record<number, (kept: Kept) => string | undefined>>;
  /** Gives the objects of one kind what stands at a place of the answer; returns where it ends. */
  readonly take: Readonly<Record<number, (at: number, targets: readonly Kept[], kind: number) => number>>;
  write(root: Kept): string;
}

type Mode = 'skip' | 'text' | 'objects';

/** Writes the code for a plan: names get into it as literals of JSON only. */
export class CodeGenerator {
  readonly #tree: OpenTree;
  readonly #layouts = new Layouts();
  readonly #functions = new Map<string, string>();
  readonly #enums: ReadonlySet<string>[] = [];
  #names = 0;

  constructor(tree: OpenTree) {
    this.#tree = tree;
  }

  generate(steps: readonly CodedStep[]): Code {
    const tables = steps.map((step) => ({
      collect: `${step.index}:${this.#collector(step)}`,
      represent: step.requires ? `${step.index}:${this.#representer(step, step.targets, step.requires, true)}` : '',
      take: `${step.index}:${this.#taker(step)}`,
    }));
    const table = (name: keyof (typeof tables)[number]) =>
      `${name}:{${tables
        .map((each) => each[name])
        .filter(Boolean)
        .join(',')}}`;
    const [root] = this.#tree.root.typed.values();
    const body = `"use strict";let b,s,R;
const {${Object.keys(json)
      .filter((each) => /^[a-z]+$/.test(each) && each !== 'surprise')
      .join(',')}}=J;
const result={root(){return ${this.#fresh(root!)}},read(bytes,text){b=bytes;s=text},${table('collect')},${table('represent')},${table('take')},write:${this.#writer(root!)}};
${[...this.#functions.values()].join('\n')}
return result;`;
    // The code is made of the graph and the client's document, whose names are names of GraphQL.
    const make = new Function('J', 'E', body) as (J: typeof json, E: readonly ReadonlySet<string>[]) => Code;
    return make(json, this.#enums);
  }

  #name = (): string => `_${(this.#names += 1)}`;

  /** A function, made once. The name is known before its body is. */
  #function(key: string, make: () => string): string {
    if (!this.#functions.has(key)) {
      this.#functions.set(key, '');
      this.#functions.set(key, `function ${key}${make()}`);
    }
    return key;
  }

  #sizeOf = (place: Place): number =>
    Math.max(...[...place.typed.values()].map((typed) => this.#layouts.of(typed).size));

  #fresh({ id, place }: TypedPlace): string {
    const slots = Array.from({ length: this.#sizeOf(place) }, (_, slot) => `,s${slot}:undefined`);
    return `{t:${id}${slots.join('')}}`;
  }

  // ---- reading

  #taker(step: CodedStep): string {
    const cases = step.targets.flatMap((place) =>
      [...place.typed.values()].map(
        (typed) => `case ${typed.id}:return ${this.#object(typed, step.index, 'into')}(q,T);`,
      ),
    );
    return `(q,T,t)=>{switch(t){${cases.join('')}}bad()}`;
  }

  /** The code for a value at `q`; what it is gets into `R`. */
  #value(type: GraphQLOutputType | undefined, field: OpenField, step: number, mode: Mode): string {
    if (!type || (field.child && !field.child.shape && !field.child.isOpen)) return 'q=any(B,q);';
    if (isNonNullType(type)) {
      const isAny = !field.child && !isListType(type.ofType) && leafKind(type) === 'any';
      return `${isAny ? 'if(B[q]===110)bad();' : ''}${this.#present(type.ofType, field, step, mode)}`;
    }
    const none = mode === 'skip' ? '' : mode === 'text' ? `R='null';` : 'R=null;';
    return `if(B[q]===110){q=nothing(B,q);${none}}else{${this.#present(type, field, step, mode)}}`;
  }

  #present(type: GraphQLOutputType, field: OpenField, step: number, mode: Mode): string {
    if (isListType(type)) return this.#list(this.#value(type.ofType, field, step, mode), mode);
    if (field.child) return `q=${this.#reader(field.child, step, mode)}(q);`;
    const kind = leafKind(type);
    if (kind === 'string') return 'if(B[q]!==34)bad();q=string(B,q+1);';
    if (typeof kind === 'string') return `q=${kind}(B,q);`;
    const values = this.#enums.push(new Set(kind.values.map((each) => JSON.stringify(each)))) - 1;
    const start = this.#name();
    return `const ${start}=q;if(B[q]!==34)bad();q=string(B,q+1);if(!E[${values}].has(S.slice(${start},q)))bad();`;
  }

  #list(element: string, mode: Mode): string {
    const [all, next] = [this.#name(), this.#name()];
    const open = `if(B[q++]!==91)bad();`;
    const end = (comma: string) => `const ${next}=B[q++];if(${next}===44){${comma}continue}if(${next}!==93)bad();break`;
    switch (mode) {
      case 'skip':
        return `${open}if(B[q]===93)q++;else for(;;){${element}${end('')}}`;
      case 'text':
        return `${open}let ${all}='[';if(B[q]===93)q++;else for(;;){${element}${all}+=R;${end(`${all}+=',';`)}}R=${all}+']';`;
      case 'objects':
        return `${open}const ${all}=[];if(B[q]===93)q++;else for(;;){${element}${all}.push(R);${end('')}}R=${all};`;
    }
  }

  /** A function for the objects at a place, of whichever type each is. */
  #reader(place: Place, step: number, mode: Mode): string {
    const all = [...place.typed.values()];
    if (!place.isTold) return this.#object(all[0]!, step, mode);
    return this.#function(`d_${mode}_${all[0]?.id ?? this.#name()}`, () => {
      const cases = all.map(
        (typed) => `case ${JSON.stringify(typed.type.name)}:return ${this.#object(typed, step, mode)}(q);`,
      );
      return `(q){const B=b,o=q;${literal('{"__typename":"')}const e=string(B,q);const n=s.slice(q,e-1);q=o;switch(n){${cases.join('')}}bad()}`;
    });
  }

  /** A function for an object of a type. `into`: what it has goes to objects that are known. */
  #object(typed: TypedPlace, step: number, mode: Mode | 'into'): string {
    return this.#function(`o_${mode}_${typed.id}_${step}`, () => {
      const layout = mode === 'skip' ? undefined : this.#layouts.of(typed);
      const order = typed.asked.get(step) ?? [];
      const runs = layout?.runs.filter(({ giver }) => giver === step) ?? [];
      const kept: number[] = [];
      const fields = order.map((key, index) => {
        const starts = runs.filter(({ from }) => from === key).map(({ slot }) => `const r${slot}=q;`);
        const ends = runs.filter(({ to }) => to === key).map(({ slot }) => `const x${slot}=S.slice(r${slot},q);`);
        kept.push(...runs.filter(({ to }) => to === key).map(({ slot }) => slot));
        const comma = index === 0 ? '' : literal(',');
        if (key === '__typename')
          return `${comma}${starts.join('')}${literal(`"__typename":"${typed.type.name}"`)}${ends.join('')}`;
        const field = typed.fields.get(key)!;
        const slot = layout?.slots.get(key);
        if (slot !== undefined) kept.push(slot);
        return `${comma}${starts.join('')}${literal(`"${key}":`)}${this.#kept(field, step, slot)}${ends.join('')}`;
      });
      const end = this.#end(typed, mode, kept);
      return `(q${mode === 'into' ? ',T' : ''}){const B=b,S=s;${literal('{')}${fields.join('\n')}${literal('}')}${end}return q}`;
    });
  }

  #kept(field: OpenField, step: number, slot: number | undefined): string {
    if (slot === undefined) return this.#value(field.type, field, step, 'skip');
    if (field.child?.isOpen) return `let x${slot};{${this.#value(field.type, field, step, 'objects')}x${slot}=R;}`;
    if (field.child?.shape && !this.#layouts.isAsItComes(field))
      return `let x${slot};{${this.#value(field.type, field, step, 'text')}x${slot}=R;}`;
    return `const a${slot}=q;{${this.#value(field.type, field, step, 'skip')}}const x${slot}=S.slice(a${slot},q);`;
  }

  #end(typed: TypedPlace, mode: Mode | 'into', kept: readonly number[]): string {
    switch (mode) {
      case 'skip':
        return '';
      case 'text':
        return `R=${this.#text(typed, (slot) => `x${slot}`)};`;
      case 'objects': {
        const has = new Set(kept);
        const slots = Array.from(
          { length: this.#sizeOf(typed.place) },
          (_, slot) => `,s${slot}:${has.has(slot) ? `x${slot}` : 'undefined'}`,
        );
        return `R={t:${typed.id}${slots.join('')}};`;
      }
      case 'into':
        return `for(let i=0;i<T.length;i++){const n=T[i];if(n.t===${typed.id}){${kept.map((slot) => `n.s${slot}=x${slot};`).join('')}}}`;
    }
  }

  // ---- writing

  #text(typed: TypedPlace, slotOf: (slot: number) => string): string {
    const texts: string[] = [];
    let before = '';
    const flush = () => {
      if (before !== '') texts.push(JSON.stringify(before));
      before = '';
    };
    for (const part of this.#layouts.of(typed).parts) {
      if (part.kind === 'literal') {
        before += part.text;
        continue;
      }
      flush();
      texts.push(this.#part(part, slotOf));
    }
    flush();
    return texts.join('+');
  }

  #part(part: Exclude<Part, { kind: 'literal' }>, slotOf: (slot: number) => string): string {
    switch (part.kind) {
      case 'missing':
        return 'bad()';
      case 'text':
        return slotOf(part.slot);
      case 'objects':
        return `${this.#listWriter(part.field)}(${slotOf(part.slot)})`;
    }
  }

  #writer(typed: TypedPlace): string {
    return this.#function(`w_${typed.id}`, () => {
      const checked = new Set<string>();
      const checks = this.#layouts.of(typed).parts.flatMap((part) => {
        if (part.kind !== 'text') return [];
        const key = [...part.givers].join(',');
        if (part.givers.size === 1 && checked.has(key)) return [];
        checked.add(key);
        return [`if(n.s${part.slot}===undefined)bad();`];
      });
      return `(n){${checks.join('')}return ${this.#text(typed, (slot) => `n.s${slot}`)}}`;
    });
  }

  #listWriter(field: OpenField): string {
    const child = field.child!;
    const all = [...child.typed.values()];
    return this.#function(`l_${all[0]?.id ?? this.#name()}`, () => {
      if (listDepth(field.type!) > 1) throw new NotCovered('lists of lists of objects that are kept');
      const one = (name: string) =>
        all.length === 1
          ? `${this.#writer(all[0]!)}(${name})`
          : `${this.#function(`k_${all[0]?.id ?? this.#name()}`, () => `(n){switch(n.t){${all.map((typed) => `case ${typed.id}:return ${this.#writer(typed)}(n);`).join('')}}bad()}`)}(${name})`;
      const none = `if(v===null)return 'null';if(v===undefined)bad();`;
      if (listDepth(field.type!) === 0) return `(v){${none}return ${one('v')}}`;
      return `(v){${none}let t='[';for(let i=0;i<v.length;i++){const e=v[i];if(i>0)t+=',';t+=e===null?'null':${one('e')}}return t+']'}`;
    });
  }

  // ---- asking

  #collector({ path }: CodedStep): string {
    return `(n0,out)=>{${this.#way('n0', this.#tree.root, path, 0)}}`;
  }

  #way(node: string, place: Place, path: PlacePath, at: number): string {
    const step = path[at];
    if (!step) return `out.push(${node});`;
    if (step.kind === 'elements') return this.#way(node, place, path, at + 1);
    const all = [...place.typed.values()];
    const taken = all.flatMap((typed): (readonly [TypedPlace, string])[] => {
      if (step.kind === 'types') {
        const isTaken = isAbstractType(typed.type) || step.names.has(typed.type.name);
        return isTaken ? [[typed, this.#way(node, place, path, at + 1)]] : [];
      }
      const field = typed.fields.get(step.name);
      return field?.child ? [[typed, this.#into(node, typed, field, path, at)]] : [];
    });
    if (all.length === 1) return taken[0]?.[1] ?? '';
    return `switch(${node}.t){${taken.map(([{ id }, code]) => `case ${id}:{${code}break}`).join('')}}`;
  }

  #into(node: string, typed: TypedPlace, field: OpenField, path: PlacePath, at: number): string {
    const [value, index, inner] = [this.#name(), this.#name(), this.#name()];
    const slot = this.#layouts.of(typed).slots.get(field.name)!;
    const isList = listDepth(field.type!) > 0;
    const way = this.#way(isList ? inner : value, field.child!, path, at + 1);
    const all = `const ${value}=${node}.s${slot};if(${value}){`;
    if (!isList) return `${all}${way}}`;
    return `${all}for(let ${index}=0;${index}<${value}.length;${index}++){const ${inner}=${value}[${index}];if(${inner}){${way}}}}`;
  }

  /** A function that writes what is required of an object. */
  #representer(step: CodedStep, places: readonly Place[], parts: readonly Requirement[], isWhole: boolean): string {
    const all = places.flatMap((place) => [...place.typed.values()]);
    const name = `p${step.index}${this.#name()}`;
    return this.#function(name, () => {
      const cases = all.map((typed) => `case ${typed.id}:{${this.#representation(step, typed, parts, isWhole)}}`);
      return `(n){switch(n.t){${cases.join('')}}bad()}`;
    });
  }

  #representation(step: CodedStep, typed: TypedPlace, all: readonly Requirement[], isWhole: boolean): string {
    const wanted = this.#wanted(typed, all);
    if (isWhole && !wanted.has('__typename')) return 'return undefined;';
    const pieces: string[] = [];
    const checks: string[] = [];
    const type = isWhole ? step.sentType(typed.type.name) : typed.type.name;
    for (const [sentAs, { name, parts }] of wanted) {
      const key = `${pieces.length === 0 ? '{' : ','}"${sentAs}":`;
      if (sentAs === '__typename') {
        if (isAbstractType(typed.type)) throw new NotCovered('types that are not told');
        pieces.push(JSON.stringify(`${key}${JSON.stringify(type)}`));
        continue;
      }
      const field = typed.fields.get(name);
      const slot = field && this.#layouts.of(typed).slots.get(name);
      if (slot === undefined) return 'bad();';
      checks.push(`if(n.s${slot}===undefined)bad();`);
      const value = field!.child ? `${this.#required(step, field!, parts)}(n.s${slot})` : `n.s${slot}`;
      pieces.push(JSON.stringify(key), value);
    }
    return `${checks.join('')}return ${[...pieces, JSON.stringify(pieces.length === 0 ? '{}' : '}')].join('+')};`;
  }

  #required(step: CodedStep, field: OpenField, parts: readonly Requirement[]): string {
    const one = this.#representer(step, [field.child!], parts, false);
    return this.#function(`q${step.index}${this.#name()}`, () => {
      if (listDepth(field.type!) > 1) throw new NotCovered('lists of lists of objects that are kept');
      if (listDepth(field.type!) === 0) return `(v){return v===null?'null':${one}(v)}`;
      return `(v){if(v===null)return 'null';let t='[';for(let i=0;i<v.length;i++)t+=(i>0?',':'')+(v[i]===null?'null':${one}(v[i]));return t+']'}`;
    });
  }

  /** What is required of a type: name in the representation → name in the tree, and what is required below it. */
  #wanted(
    typed: TypedPlace,
    all: readonly Requirement[],
    out = new Map<string, { readonly name: string; readonly parts: Requirement[] }>(),
  ): Map<string, { readonly name: string; readonly parts: readonly Requirement[] }> {
    for (const part of all) {
      if (part.kind === 'on') {
        if (part.type === undefined || isOf(this.#tree.schema, typed.type, part.type))
          this.#wanted(typed, part.parts, out);
        continue;
      }
      const known = out.get(part.sentAs);
      if (known && known.name !== part.name) throw new NotCovered('two fields under one name');
      if (known) known.parts.push(...(part.parts ?? []));
      else out.set(part.sentAs, { name: part.name, parts: [...(part.parts ?? [])] });
    }
    return out;
  }
}

/** The code that steps over this text. */
function literal(text: string): string {
  const tests = [...Buffer.from(text)].map((byte, index) => `B[q${index === 0 ? '' : `+${index}`}]!==${byte}`);
  return `if(${tests.join('||')})bad();q+=${tests.length};`;
}
