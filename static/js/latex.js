// Where formulas are in Markdown text: a markdown-it plugin. It finds closed formulas only: $…$, $$…$$, \(…\), \[…\],
// \begin{…}…\end{…} and a bare \boxed{…}. While the text still streams (`env.streaming`), an open one at its end is held back
// instead of being shown half-written; once the text is complete, what never closed is plain text. Code stays as it is:
// markdown-it takes the content of code spans and fences verbatim.

const LONGEST_INLINE = 2000; // characters up to the closing delimiter; what is longer is no formula
const LONGEST_BLOCK = 10000;
const OPENS_BLOCK = /^(\$\$|\\\[|\\begin\{)/;
const ENVIRONMENT =
  /^\\begin\{((?:align|aligned|alignat|array|cases|equation|gather|gathered|multline|smallmatrix|split|[pbvBV]?matrix)\*?)\}/;
const PRICE = /^\$\d[\d,.]*\s+\p{L}{2}/u; // "$5 each": money, not mathematics
const HELD = Symbol("an open formula");

export function latex(md) {
  md.inline.ruler.before("escape", "formula", inlineRule);
  md.block.ruler.before("fence", "formula", blockRule, { alt: ["paragraph", "reference", "blockquote", "list"] });
  md.core.ruler.at("inline", parseInline);
  md.renderer.rules.formula = (tokens, i) => placeholder(md, tokens[i]);
  md.renderer.rules.formula_held = () => '<span class="held"></span>';
}

// `markdown.js` draws the formula into this element once the HTML has been sanitised.
function placeholder(md, token) {
  const tag = token.block ? "div" : "span";
  const display = token.meta.display ? " formula-display" : "";
  return `<${tag} class="formula${display}">${md.utils.escapeHtml(token.content)}</${tag}>`;
}

// As markdown-it does it, but the last piece of a streaming text is marked: only there can a formula still be open.
function parseInline(state) {
  const pieces = state.tokens.filter((token) => token.type === "inline");
  for (const piece of pieces) {
    const tail = Boolean(state.env.streaming) && piece === pieces.at(-1);
    const content = tail ? closeEmphasis(piece.content) : piece.content;
    state.env.tail = tail;
    state.env.added = Math.max(0, content.length - piece.content.length);
    state.md.inline.parse(content, state.md, state.env, piece.children);
  }
}

// "**Step 1: fac" streams as bold from its first letter on, not as two stars that vanish later.
function closeEmphasis(text) {
  const marks = text.replace(/`[^`]*`/g, "").match(/\*\*/g) ?? [];
  if (marks.length % 2 === 0) return text.replace(/(?<!\*)\*$/, "");
  return /\*\*\s*$/.test(text) ? text.replace(/\*\*\s*$/, "") : `${text.replace(/(?<!\*)\*$/, "")}**`;
}

function inlineRule(state, silent) {
  const rest = state.src.slice(state.pos, Math.min(state.posMax, state.pos + LONGEST_BLOCK));
  const found = inlineFormula(rest);
  if (!found || (found === HELD && !state.env.tail)) return false;
  if (!silent) pushToken(state, found);
  state.pos = found === HELD ? state.posMax - state.env.added : state.pos + found.length;
  return true;
}

function inlineFormula(text) {
  if (text[0] === "$") return text[1] === "$" ? pair(text, "$$", "$$", true) : dollars(text);
  if (text[0] !== "\\") return null;
  if ("\\begin{".startsWith(text) || "\\boxed{".startsWith(text)) return HELD;
  return pair(text, "\\(", "\\)", false) ?? pair(text, "\\[", "\\]", true) ?? environment(text) ?? boxed(text);
}

function blockRule(state, startLine, endLine, silent) {
  const start = state.bMarks[startLine] + state.tShift[startLine];
  if (!OPENS_BLOCK.test(state.src.slice(start, start + 7))) return false;
  const text = state.getLines(startLine, endLine, state.blkIndent, false).slice(0, LONGEST_BLOCK + 1).trimStart();
  const found = pair(text, "$$", "$$", true, LONGEST_BLOCK) ?? pair(text, "\\[", "\\]", true, LONGEST_BLOCK) ?? environment(text);
  if (!found || !ownsItsLines(state, text, found, endLine)) return false;
  if (silent) return true;
  const lines = found === HELD ? endLine - startLine : text.slice(0, found.length).split("\n").length;
  const token = pushToken(state, found);
  token.block = true;
  token.map = [startLine, startLine + lines];
  state.line = startLine + lines;
  return true;
}

// A block formula is alone on its lines; an open one must reach the end of a text that still streams.
function ownsItsLines(state, text, found, endLine) {
  if (found === HELD) return Boolean(state.env.streaming) && endLine === state.lineMax;
  return text.slice(found.length).split("\n", 1)[0].trim() === "";
}

function pushToken(state, found) {
  if (found === HELD) return state.push("formula_held", "", 0);
  const token = state.push("formula", "", 0);
  token.content = found.content;
  token.meta = { display: found.display };
  return token;
}

function pair(text, open, close, display, longest = LONGEST_INLINE) {
  if (!text.startsWith(open)) return null;
  const end = text.slice(0, longest).indexOf(close, open.length);
  if (end < 0) return openEnded(text, longest);
  return { content: text.slice(open.length, end).trim(), display, length: end + close.length };
}

// $…$ as pandoc reads it: no space inside of the dollars, no digit after the closing one; otherwise a dollar is a dollar.
function dollars(text) {
  if (/^\$\s/.test(text) || PRICE.test(text)) return null;
  const end = text.slice(0, LONGEST_INLINE).search(/(?<=[^\\])\$/);
  if (end < 0) return openEnded(text, LONGEST_INLINE);
  if (/\s/.test(text[end - 1]) || /\d/.test(text[end + 1] ?? "")) return null;
  return { content: text.slice(1, end), display: false, length: end + 1 };
}

function environment(text) {
  const name = ENVIRONMENT.exec(text)?.[1];
  if (!name) return /^\\begin\{[a-zA-Z]*\*?$/.test(text) ? HELD : null;
  const close = `\\end{${name}}`;
  const end = text.slice(0, LONGEST_BLOCK).indexOf(close);
  if (end < 0) return openEnded(text, LONGEST_BLOCK);
  return { content: text.slice(0, end + close.length), display: true, length: end + close.length };
}

function boxed(text) {
  if (!text.startsWith("\\boxed{")) return null;
  let depth = 0;
  for (let i = "\\boxed".length; i < Math.min(text.length, LONGEST_INLINE); i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return { content: text.slice(0, i + 1), display: false, length: i + 1 };
  }
  return openEnded(text, LONGEST_INLINE);
}

function openEnded(text, longest) {
  return text.length > longest ? null : HELD;
}
