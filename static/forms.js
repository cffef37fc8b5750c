// Comforts of forms, after app.js. Every form works without this file.

const note = (input) => {
  const note = make("p", { role: "status" });
  input.closest(".field").append(note);
  return (sentence, is = "") => { note.textContent = sentence; note.className = "note " + is; };
};
// After a pause in typing.
const typed = (input, act) => {
  let timer;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(act, 400); });
};

all("input[type=password]", (input) => {
  const show = (shown) => { input.type = shown ? "text" : "password"; eye.ariaPressed = shown; };
  const eye = press("eye", { ariaLabel: "Show the password" }, () => { show(input.type === "password"); input.focus(); });
  // Browsers offer to remember what was a password when the form was sent.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  const row = make("div", { className: "secret" });
  input.replaceWith(row);
  row.append(input, eye);
  if (input.autofocus) input.focus();
});

// Asks the server what it would say to this password.
all("[autocomplete=new-password]", (input) => {
  const tell = note(input);
  input.addEventListener("input", () => {
    // What the form complained about was another password.
    document.getElementById(input.id + "-error")?.remove();
    input.removeAttribute("aria-invalid");
    tell("");
  });
  typed(input, async () => {
    const asked = input.value;
    const body = new URLSearchParams(new FormData(input.form));
    const answer = asked && await fetch("/password-check", { method: "POST", body }).catch(() => null);
    if (!answer?.ok || asked !== input.value) return;
    const sentence = await answer.text();
    tell(sentence || "This is a good password.", sentence ? "bad" : "good");
  });
});

// How many characters are left, near the limit. Nothing is cut off: the server refuses with a sentence.
all("[data-limit]", (input) => {
  const tell = note(input);
  const count = () => {
    // As the server counts: characters, not the halves of them that make a string's length.
    const left = input.dataset.limit - [...(input.rows ? input.value : input.value.trim())].length;
    const many = Math.abs(left) + (Math.abs(left) === 1 ? " character" : " characters");
    if (left < 0) tell(many + " too many", "bad");
    else tell(left <= input.dataset.limit / 10 ? many + " left" : "");
  };
  typed(input, count);
  count();
});

// Text that was not sent is not left without a question.
all("[data-unsaved]", (form) => {
  let unsaved = false;
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
});

// What was typed before somebody was asked who they are goes back into its form. Not when the page is
// reached by the Back button: that would be no way back.
if (performance.getEntriesByType("navigation")[0]?.type === "navigate") document.querySelector("[data-press] form")?.requestSubmit();
