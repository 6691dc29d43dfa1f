// No text stands outside the catalogues.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const album = join(import.meta.dirname, "..");

/** shown are the attributes whose text people read or hear. */
const shown = new Set(["alt", "title", "label", "placeholder", "hint", "text", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "yes"]);
const isText = (text: string) => /\p{L}/u.test(text);

/** literals gives the texts in a file that people would see in one language only. */
function literals(name: string, source: string): string[] {
  const found: string[] = [];
  const note = (node: ts.Node, text: string) => isText(text) && found.push(`${name}: ${text.trim()} (at ${node.pos})`);
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node, node.text);
    // {"text"} and {cond ? "text" : …} between tags.
    else if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent) && node.expression) texts(node.expression);
    else if (ts.isJsxAttribute(node) && shown.has(node.name.getText()) && node.initializer) {
      if (ts.isStringLiteral(node.initializer)) note(node, node.initializer.text);
      else if (ts.isJsxExpression(node.initializer) && node.initializer.expression) texts(node.initializer.expression);
    }
    ts.forEachChild(node, visit);
  };
  const texts = (node: ts.Expression): void => {
    if (ts.isStringLiteralLike(node)) note(node, node.text);
    else if (ts.isTemplateExpression(node)) [node.head, ...node.templateSpans.map((s) => s.literal)].forEach((part) => note(part, part.text));
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(texts);
    else if (ts.isParenthesizedExpression(node)) texts(node.expression);
    else if (ts.isBinaryExpression(node)) {
      if (node.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken) texts(node.left);
      texts(node.right);
    }
  };
  visit(ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found;
}

test("a text in one language is found wherever it may stand", () => {
  const cases = ["<p>Hello</p>", '<p>{"Hello"}</p>', '<p>{x ? "Hello" : t.bye}</p>', '<p>{x && "Hello"}</p>', "<p>{`Hello ${x}`}</p>", '<a title="Hello" />', '<a aria-label={`${x} hello`} />', '<Field label={x ?? "Hello"} />'];
  for (const source of cases) expect(literals("case", `const x = ${source};`), source).toHaveLength(1);
  expect(literals("case", 'const x = <p className="a" role="list">{t.hello} · {n}{" "}+{n}</p>;')).toEqual([]);
});

test("no text stands outside the catalogues", () => {
  const files = readdirSync(album, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".tsx"));
  expect(files.length).toBeGreaterThan(40);
  expect(files.flatMap((f) => literals(f, readFileSync(join(album, f), "utf8")))).toEqual([]);
});
