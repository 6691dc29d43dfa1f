/**
 * A document as text, typed by what it gives and takes. The strings that
 * graphql-codegen's client preset makes with `documentMode: 'string'` are such.
 */
export interface Document<R, V> {
  toString(): string;
  __apiType?: (variables: V) => R;
}

/** A document of one's own, typed by hand. */
export const gql = <R, V = Record<string, never>>(text: string): Document<R, V> => text as Document<R, V>;

/** Whether a document is a mutation: the word opens it, or follows a fragment. */
export const isMutation = (text: string): boolean => /(^|\})\s*mutation\b/.test(text.replace(/#[^\n]*/g, ''));
