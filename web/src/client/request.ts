/** A request of GraphQL over HTTP, as fetch takes it; token is null for nobody. */
export function requestOf(document: { toString(): string }, variables: unknown, token: string | null) {
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    Accept: 'application/graphql-response+json, application/json;q=0.9',
  };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  return { method: 'POST', headers, body: JSON.stringify({ query: document.toString(), variables }) };
}
