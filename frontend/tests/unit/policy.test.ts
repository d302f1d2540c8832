import { createHash } from "node:crypto";
import { expect, test } from "@playwright/test";
import { forbiddenMarkup, scriptHashes, withPolicy } from "../../tools/policy.mjs";

const hash = (script: string) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
const HEAD = '<head><meta charSet="utf-8"/>';

test("every inline script has its hash, and nothing else has", () => {
  const html = `<script>a()</script><script src="/b.js" async=""></script>
    <script id="x">c("</p>")\n</script><script type="application/json">{}</script>`;
  expect(scriptHashes(html)).toEqual([hash("a()"), hash('c("</p>")\n')]);
});

test("the policy stands before the first script and names each hash once", () => {
  const page = withPolicy(`${HEAD}<script>a()</script><script>a()</script></head>`);
  const policy = `script-src 'self' ${hash("a()")}`;
  expect(page).toContain(
    `<meta http-equiv="Content-Security-Policy" content="${policy}"/><script>`,
  );
  expect(() => withPolicy("<head><script>a()</script></head>")).toThrow("character set");
});

test("markup that the policy would block is found", () => {
  expect(forbiddenMarkup('<p style="color:red">')).toEqual(["an inline style"]);
  expect(forbiddenMarkup("<style>p{}</style>")).toEqual(["an inline style"]);
  expect(forbiddenMarkup('<p onclick="a()">')).toEqual(["an inline event handler"]);
  expect(
    forbiddenMarkup(`${HEAD}<script>x='<p style="a" onclick="b">'</script><p class="a">`),
  ).toEqual([]);
});
