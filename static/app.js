// Comforts for forms. Every page works without this file.
"use strict";

const WAIT_MS = 400;
const SENT_MS = 10000;

function showButton(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.setAttribute("aria-controls", input.id);
  const draw = () => {
    const shown = input.type === "text";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", (shown ? "Hide" : "Show") + " the password");
  };
  button.addEventListener("click", () => {
    input.type = input.type === "text" ? "password" : "text";
    draw();
    input.focus();
  });
  // Browsers offer to remember what was a password when the form was sent.
  input.form.addEventListener("submit", () => { input.type = "password"; });
  draw();
  const row = document.createElement("div");
  row.className = "with-button";
  input.replaceWith(row);
  row.append(input, button);
}

// Asks the server what it would say to this password, while it is typed.
function strengthHint(input) {
  const hint = document.createElement("p");
  hint.className = "strength";
  hint.setAttribute("role", "status");
  input.closest(".field").append(hint);
  const say = (text, good) => {
    hint.textContent = text;
    hint.classList.toggle("good", good);
  };
  const complaint = document.getElementById(input.id + "-error");
  let timer;
  let latest = 0;
  const ask = async () => {
    const number = ++latest;
    const fields = new URLSearchParams({ password: input.value });
    for (const name of ["name", "email"]) {
      const other = input.form.elements[name];
      if (other) fields.set(name, other.value);
    }
    const answer = await fetch("/password-check", { method: "POST", body: fields }).catch(() => null);
    if (!answer || !answer.ok || number !== latest) return;
    const sentence = await answer.text();
    say(sentence || "This is a good password.", !sentence);
  };
  input.addEventListener("input", () => {
    // What the form complained about was another password.
    complaint?.remove();
    input.removeAttribute("aria-invalid");
    clearTimeout(timer);
    latest += 1;
    if (input.value) timer = setTimeout(ask, WAIT_MS);
    else say("", false);
  });
}

// Says how many characters are left where a text comes near its limit, and how many are too many.
// Nothing is cut off: the form itself refuses with a sentence.
function countDown(input) {
  const limit = Number(input.dataset.limit);
  const note = document.createElement("p");
  note.className = "count";
  note.setAttribute("aria-live", "polite");
  input.closest(".field").append(note);
  const count = () => {
    // As the server counts: characters, not the halves of them that make a string's length.
    const text = input.tagName === "TEXTAREA" ? input.value : input.value.trim();
    const left = limit - [...text].length;
    const many = Math.abs(left) === 1 ? "1 character" : Math.abs(left) + " characters";
    note.classList.toggle("over", left < 0);
    if (left < 0) note.textContent = many + " too many";
    else note.textContent = left <= limit / 10 ? many + " left" : "";
  };
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, WAIT_MS);
  });
  count();
}

// A second click does not send a form again while its answer is on the way. The server knows it too.
const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");

function release(form) {
  delete form.dataset.sent;
  for (const button of buttonsOf(form)) button.disabled = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[method=post]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Not at once: a button that is disabled now would be left out of what is sent.
  setTimeout(() => {
    for (const button of buttonsOf(form)) button.disabled = true;
  });
  // Whoever stopped the loading may try again.
  setTimeout(() => release(form), SENT_MS);
});

// The page may come back as it was left: by the Back button, or in Firefox by a reload.
addEventListener("pageshow", () => {
  for (const form of document.forms) release(form);
});

for (const input of document.querySelectorAll("[data-limit]")) countDown(input);

for (const input of document.querySelectorAll("input[type=password]")) {
  showButton(input);
  if (input.autocomplete === "new-password") strengthHint(input);
}

// What was typed before somebody was asked who they are goes back into its form. Not when the page is
// reached by the Back button: that would be no way back.
const [visit] = performance.getEntriesByType("navigation");
if (visit?.type === "navigate") document.querySelector("form[data-press]")?.requestSubmit();
