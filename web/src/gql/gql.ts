/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation ExplorerSignUp($name: String!, $password: String!) {\n  signUp(input: {name: $name, password: $password}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerSignIn($name: String!, $password: String!) {\n  signIn(input: {name: $name, password: $password}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerRefresh($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerSignOut {\n  signOut(input: {}) {\n    ended\n  }\n}\n\nfragment ExplorerSession on Session {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  user {\n    displayName\n  }\n}": typeof types.ExplorerSignUpDocument,
};
const documents: Documents = {
    "mutation ExplorerSignUp($name: String!, $password: String!) {\n  signUp(input: {name: $name, password: $password}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerSignIn($name: String!, $password: String!) {\n  signIn(input: {name: $name, password: $password}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerRefresh($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerSignOut {\n  signOut(input: {}) {\n    ended\n  }\n}\n\nfragment ExplorerSession on Session {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  user {\n    displayName\n  }\n}": types.ExplorerSignUpDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ExplorerSignUp($name: String!, $password: String!) {\n  signUp(input: {name: $name, password: $password}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerSignIn($name: String!, $password: String!) {\n  signIn(input: {name: $name, password: $password}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerRefresh($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      ...ExplorerSession\n    }\n  }\n}\n\nmutation ExplorerSignOut {\n  signOut(input: {}) {\n    ended\n  }\n}\n\nfragment ExplorerSession on Session {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  user {\n    displayName\n  }\n}"): typeof import('./graphql').ExplorerSignUpDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
