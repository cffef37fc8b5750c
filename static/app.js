// Comforts for password fields. Every page works without this file.
"use strict";

const WAIT_MS = 400;

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

for (const input of document.querySelectorAll("input[type=password]")) {
  showButton(input);
  if (input.autocomplete === "new-password") strengthHint(input);
}
