import { createHash } from 'node:crypto';
import { isAbstractType, isListType, isNonNullType, type GraphQLOutputType } from 'graphql';
import type { Requirement } from '../planning/compiledPlan.ts';
import type { PlacePath } from '../running/places.ts';
import * as json from './jsonBytes.ts';
import * as writing from './output.ts';
import { Layouts, leafKind, listDepth, type Layout } from './layout.ts';
import { NotCovered, isOf, type OpenField, type OpenTree, type Place, type TypedPlace } from './openTree.ts';

/**
 * An object that is kept until all fetches have given theirs: `t` says what it is; of each slot, `s0` … has objects, or
 * `a0` … and `e0` … say where its bytes begin and end in the answer to a fetch, which `g0` … names if it may be one of
 * several.
 */
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
  /** The bytes of the answers that came so far, by fetch, for what is called next, and `CodedPlan.words`. */
  use(answers: readonly (Buffer | undefined)[], words: readonly Buffer[]): void;
  /** The objects that a fetch is for. */
  readonly collect: Readonly<Record<number, (root: Kept, out: Kept[]) => void>>;
  /**
   * Writes to the output what a subgraph is told of an object; returns where it ends, or -1 if there is nothing to say
   * of its type.
   */
  readonly represent: Readonly<Record<number, (kept: Kept, at: number) => number>>;
  /** Gives the objects of one kind what stands at a place of the answer; returns where it ends. */
  readonly take: Readonly<Record<number, (at: number, targets: readonly Kept[], kind: number) => number>>;
  /** The client's answer. */
  write(root: Kept): Buffer;
}

/** The code of a plan, and what the client calls things, which is no part of it. */
export interface CodedPlan {
  readonly code: Code;
  readonly words: readonly Buffer[];
}

/**
 * Codes that are in use, by their text. Documents that differ in what clients call things are run by the same code: V8
 * learns it once, and not for each of them.
 */
export class SharedCodes {
  readonly #known = new Map<string, WeakRef<Code>>();
  readonly #gone = new FinalizationRegistry((key: string) => {
    if (!this.#known.get(key)?.deref()) this.#known.delete(key);
  });

  of(text: string, make: () => Code): Code {
    const key = createHash('sha256').update(text).digest('base64');
    let code = this.#known.get(key)?.deref();
    if (!code) {
      code = make();
      this.#known.set(key, new WeakRef(code));
      this.#gone.register(code, key);
    }
    return code;
  }
}

type Mode = 'skip' | 'objects';

/** Writes the code for a plan: names get into it as literals of JSON only. */
export class CodeGenerator {
  readonly #tree: OpenTree;
  readonly #shared: SharedCodes;
  readonly #layouts = new Layouts();
  readonly #functions = new Map<string, string>();
  /** Texts in quotation marks that are compared. */
  readonly #texts: (readonly string[])[] = [];
  /** What is written of what the client calls things. */
  readonly #words: Buffer[] = [];
  /** The most bytes that are written without looking whether there is room. */
  #margin = 100;
  #names = 0;

  constructor(tree: OpenTree, shared: SharedCodes) {
    this.#tree = tree;
    this.#shared = shared;
  }

  generate(steps: readonly CodedStep[]): CodedPlan {
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
    const writer = this.#writer(root!);
    const names = Object.keys(json).filter((each) => /^[a-z]+$/.test(each) && each !== 'surprise');
    const body = `"use strict";let A,K,R;
const {${names.join(',')}}=J,{output,taken}=W;
function room(p){W.room(p,${this.#margin});return output.bytes}
function copy(p,B,a,e){return W.copy(p,B,a,e)}
const result={root(){return ${this.#fresh(root!)}},use(answers,words){A=answers;K=words},${table('collect')},${table('represent')},${table('take')},
write(n){let O=room(0),p=0;${written('{"data":')}p=${writer}(n,p);O=room(p);${written('}')}return taken(p)}};
${[...this.#functions.values()].join('\n')}
return result;`;
    const code = this.#shared.of(`${JSON.stringify(this.#texts)}\n${body}`, () => {
      // The code is made of the graph and the client's document, whose names are names of GraphQL.
      const make = new Function('J', 'W', 'E', body) as (
        J: typeof json,
        W: typeof writing,
        E: readonly (readonly Uint8Array[])[],
      ) => Code;
      const bytesOf = (each: string) => Buffer.from(each);
      return make(
        json,
        writing,
        this.#texts.map((texts) => texts.map(bytesOf)),
      );
    });
    return { code, words: this.#words };
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

  /** The members of the objects at a place, the same of all types; `known` are the codes for some of them. */
  #members(place: Place, known: ReadonlyMap<string, string> = new Map()): string {
    const names = new Map<string, string>();
    for (const typed of place.typed.values())
      this.#layouts.of(typed).kinds.forEach((kind, slot) => {
        if (kind === 'objects') return void names.set(`s${slot}`, 'undefined');
        names.set(`a${slot}`, '-1').set(`e${slot}`, '0');
        if (kind.size > 1) names.set(`g${slot}`, '-1');
      });
    return [...names].map(([name, none]) => `,${name}:${known.get(name) ?? none}`).join('');
  }

  #fresh = ({ id, place }: TypedPlace): string => `{t:${id}${this.#members(place)}}`;

  /** The bytes that the slot of an object stands for, as arguments. */
  #range(slot: number, givers: ReadonlySet<number>): string {
    return `A[${givers.size > 1 ? `n.g${slot}` : [...givers][0]}],n.a${slot},n.e${slot}`;
  }

  /** The code that copies the bytes of a slot. */
  #copied = (slot: number, givers: ReadonlySet<number>): string => `p=copy(p,${this.#range(slot, givers)});O=room(p);`;

  #compared = (texts: readonly string[]): string =>
    `E[${this.#texts.push(texts.map((each) => JSON.stringify(each))) - 1}]`;

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
    const none = mode === 'skip' ? '' : 'R=null;';
    return `if(B[q]===110){q=nothing(B,q);${none}}else{${this.#present(type, field, step, mode)}}`;
  }

  #present(type: GraphQLOutputType, field: OpenField, step: number, mode: Mode): string {
    if (isListType(type)) return this.#list(this.#value(type.ofType, field, step, mode), mode);
    if (field.child) return `q=${this.#reader(field.child, step, mode)}(q);`;
    const kind = leafKind(type);
    if (kind === 'string') return 'if(B[q]!==34)bad();q=string(B,q+1);';
    if (typeof kind === 'string') return `q=${kind}(B,q);`;
    return `q=oneof(B,q,${this.#compared(kind.values)});`;
  }

  #list(element: string, mode: Mode): string {
    const [all, next] = [this.#name(), this.#name()];
    const open = `if(B[q++]!==91)bad();`;
    const end = `const ${next}=B[q++];if(${next}===44)continue;if(${next}!==93)bad();break`;
    if (mode === 'skip') return `${open}if(B[q]===93)q++;else for(;;){${element}${end}}`;
    return `${open}const ${all}=[];if(B[q]===93)q++;else for(;;){${element}${all}.push(R);${end}}R=${all};`;
  }

  /** A function for the objects at a place, of whichever type each is. */
  #reader(place: Place, step: number, mode: Mode): string {
    const all = [...place.typed.values()];
    if (!place.isTold) return this.#object(all[0]!, step, mode);
    return this.#function(`d_${mode}_${all[0]?.id ?? this.#name()}_${step}`, () => {
      const cases = all.map((typed, index) => `case ${index}:return ${this.#object(typed, step, mode)}(q);`);
      const names = this.#compared(all.map(({ type }) => type.name));
      return `(q){const B=A[${step}],o=q;${literal('{"__typename":')}const k=which(B,q,${names});q=o;switch(k){${cases.join('')}}bad()}`;
    });
  }

  /** A function for an object of a type. `into`: what it has goes to objects that are known. */
  #object(typed: TypedPlace, step: number, mode: Mode | 'into'): string {
    return this.#function(`o_${mode}_${typed.id}_${step}`, () => {
      const layout = mode === 'skip' ? undefined : this.#layouts.of(typed);
      const order = typed.asked.get(step) ?? [];
      const runs = layout?.runs.filter(({ giver }) => giver === step) ?? [];
      const kept = new Map<string, string>();
      const fields = order.map((key, index) => {
        const starts = runs.filter(({ from }) => from === key).map(({ slot }) => `const a${slot}=q;`);
        const ending = runs.filter(({ to }) => to === key);
        const ends = ending.map(({ slot }) => `const e${slot}=q;`);
        for (const { slot } of ending) kept.set(`a${slot}`, `a${slot}`).set(`e${slot}`, `e${slot}`);
        const comma = index === 0 ? '' : literal(',');
        if (key === '__typename')
          return `${comma}${starts.join('')}${literal(`"__typename":"${typed.type.name}"`)}${ends.join('')}`;
        const value = this.#field(typed.fields.get(key)!, step, layout, kept);
        return `${comma}${starts.join('')}${literal(`"${key}":`)}${value}${ends.join('')}`;
      });
      const end = this.#end(typed, mode, kept);
      return `(q${mode === 'into' ? ',T' : ''}){const B=A[${step}];${literal('{')}${fields.join('\n')}${literal('}')}${end}return q}`;
    });
  }

  /** @param kept gets what is known of the object then: member → code */
  #field(field: OpenField, step: number, layout: Layout | undefined, kept: Map<string, string>): string {
    const slot = layout?.slots.get(field.name);
    if (slot === undefined) return this.#value(field.type, field, step, 'skip');
    const kind = layout!.kinds[slot]!;
    if (kind === 'objects') {
      kept.set(`s${slot}`, `s${slot}`);
      return `let s${slot};{${this.#value(field.type, field, step, 'objects')}s${slot}=R;}`;
    }
    kept.set(`a${slot}`, `a${slot}`).set(`e${slot}`, `e${slot}`);
    if (kind.size > 1) kept.set(`g${slot}`, String(step));
    return `const a${slot}=q;{${this.#value(field.type, field, step, 'skip')}}const e${slot}=q;`;
  }

  #end(typed: TypedPlace, mode: Mode | 'into', kept: ReadonlyMap<string, string>): string {
    switch (mode) {
      case 'skip':
        return '';
      case 'objects':
        return `R={t:${typed.id}${this.#members(typed.place, kept)}};`;
      case 'into': {
        const given = [...kept].map(([name, code]) => `n.${name}=${code};`);
        return `for(let i=0;i<T.length;i++){const n=T[i];if(n.t===${typed.id}){${given.join('')}}}`;
      }
    }
  }

  // ---- writing

  /** A function that writes an object of a type at `p`; returns where it ends. */
  #writer(typed: TypedPlace): string {
    return this.#function(`w_${typed.id}`, () => {
      const code: string[] = ['let O=room(p);'];
      let before = '';
      let isWord = false;
      let all = 0;
      const flush = () => {
        if (isWord) code.push(this.#word(before));
        else if (before !== '') code.push(written(before));
        all += isWord ? 0 : before.length;
        before = '';
        isWord = false;
      };
      for (const part of this.#layouts.of(typed).parts) {
        if (part.kind === 'literal') {
          before += part.text;
          isWord ||= part.isOfClient;
          continue;
        }
        flush();
        if (part.kind === 'missing') code.push('bad();');
        else if (part.kind === 'bytes') code.push(`if(n.a${part.slot}<0)bad();${this.#copied(part.slot, part.givers)}`);
        else code.push(`p=${this.#listWriter(part.field)}(n.s${part.slot},p);O=room(p);`);
      }
      flush();
      this.#margin = Math.max(this.#margin, all + 10);
      return `(n,p){${code.join('')}return p}`;
    });
  }

  /** The code that writes a text with what the client calls something. */
  #word(text: string): string {
    const word = `K[${this.#words.push(Buffer.from(text)) - 1}]`;
    return `p=copy(p,${word},0,${word}.length);O=room(p);`;
  }

  #listWriter(field: OpenField): string {
    const child = field.child!;
    const all = [...child.typed.values()];
    const depth = listDepth(field.type!);
    if (depth > 1 && child.isOpen) throw new NotCovered('lists of lists of objects that others go into');
    return this.#function(`l_${all[0]?.id ?? this.#name()}`, () => {
      const one =
        all.length === 1
          ? this.#writer(all[0]!)
          : this.#function(
              `k_${all[0]?.id ?? this.#name()}`,
              () =>
                `(n,p){switch(n.t){${all.map((typed) => `case ${typed.id}:return ${this.#writer(typed)}(n,p);`).join('')}}bad()}`,
            );
      return `(v,p){let O;if(v===undefined)bad();${this.#written('v', depth, one)}return p}`;
    });
  }

  /** The code that writes objects, in so many lists of lists. */
  #written(value: string, depth: number, one: string): string {
    const none = `O=room(p);if(${value}===null){${written('null')}}else`;
    if (depth === 0) return `${none} p=${one}(${value},p);`;
    const [index, element] = [this.#name(), this.#name()];
    const comma = `if(${index}>0){O=room(p);${written(',')}}`;
    const each = `const ${element}=${value}[${index}];${comma}${this.#written(element, depth - 1, one)}`;
    return `${none}{${written('[')}for(let ${index}=0;${index}<${value}.length;${index}++){${each}}O=room(p);${written(']')}}`;
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
    if (listDepth(field.type!) > 1) throw new NotCovered('lists of lists of objects that others go into');
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
      return `(n,p){let O=room(p);switch(n.t){${cases.join('')}}bad()}`;
    });
  }

  #representation(step: CodedStep, typed: TypedPlace, all: readonly Requirement[], isWhole: boolean): string {
    const wanted = this.#wanted(typed, all);
    if (isWhole && !wanted.has('__typename')) return 'return -1;';
    const code: string[] = [];
    let before = '';
    let length = 0;
    const flush = () => {
      code.push(written(before));
      length += before.length;
      before = '';
    };
    const type = isWhole ? step.sentType(typed.type.name) : typed.type.name;
    for (const [sentAs, { name, parts }] of wanted) {
      before += `${before === '' && code.length === 0 ? '{' : ','}"${sentAs}":`;
      if (sentAs === '__typename') {
        if (isAbstractType(typed.type)) throw new NotCovered('types that are not told');
        before += JSON.stringify(type);
        continue;
      }
      const field = typed.fields.get(name);
      const slot = field && this.#layouts.of(typed).slots.get(name);
      if (slot === undefined) return 'bad();';
      const kind = this.#layouts.of(typed).kinds[slot]!;
      flush();
      if (kind === 'objects')
        code.push(`if(n.s${slot}===undefined)bad();p=${this.#required(step, field!, parts)}(n.s${slot},p);O=room(p);`);
      else code.push(`if(n.a${slot}<0)bad();${this.#copied(slot, kind)}`);
    }
    before += wanted.size === 0 ? '{}' : '}';
    flush();
    this.#margin = Math.max(this.#margin, length + 10);
    return `${code.join('')}return p;`;
  }

  #required(step: CodedStep, field: OpenField, parts: readonly Requirement[]): string {
    const one = this.#representer(step, [field.child!], parts, false);
    return this.#function(`q${step.index}${this.#name()}`, () => {
      const depth = listDepth(field.type!);
      if (depth > 1) throw new NotCovered('lists of lists of objects that others go into');
      return `(v,p){let O;${this.#written('v', depth, one)}return p}`;
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

/** The code that writes this text. */
function written(text: string): string {
  const stores = [...Buffer.from(text)].map((byte, index) => `O[p${index === 0 ? '' : `+${index}`}]=${byte};`);
  return `${stores.join('')}p+=${stores.length};`;
}

/** The code that steps over this text. */
function literal(text: string): string {
  const tests = [...Buffer.from(text)].map((byte, index) => `B[q${index === 0 ? '' : `+${index}`}]!==${byte}`);
  return `if(${tests.join('||')})bad();q+=${tests.length};`;
}
