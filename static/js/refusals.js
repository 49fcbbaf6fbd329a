// A request that did not arrive or was turned away: why, at the place beside its form where a refusal is written.

import { say } from "lemma/strings.js";

const WHY = { 401: "loggedOut", 404: "gone" }; // by status
const PLACES = "[role=alert], .report-said";

function write({ target }, text) {
  if (target?.matches(PLACES)) target.textContent = text;
}

export function bindRefusals() {
  document.addEventListener("htmx:beforeRequest", ({ detail }) => write(detail, ""));
  document.addEventListener("htmx:sendError", ({ detail }) => write(detail, say("unreachable")));
  document.addEventListener("htmx:responseError", ({ detail }) => write(detail, say(WHY[detail.xhr.status] ?? "serverError")));
}
