// Comforts of forms, after app.js.

// Says something about what is in a field, now and after each pause in typing.
const tell = (input, judge) => {
  const note = make("p", { role: "status" });
  const say = (sentence, is = "") => { note.textContent = sentence; note.className = "note " + is; };
  let timer;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(judge, 400, say); });
  input.closest(".field").append(note);
  judge(say);
  return say;
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
  input.addEventListener("input", () => {
    // What was said was about another password.
    document.getElementById(input.id + "-error")?.remove();
    input.removeAttribute("aria-invalid");
    say("");
  });
  const say = tell(input, async (say) => {
    const asked = input.value;
    const body = new URLSearchParams(new FormData(input.form));
    const answer = asked && await fetch("/password-check", { method: "POST", body }).catch(() => null);
    if (!answer?.ok || asked !== input.value) return;
    const sentence = await answer.text();
    say(sentence || "This is a good password.", sentence ? "bad" : "good");
  });
});

// Nothing is cut off at the limit: the server refuses with a sentence. It counts characters, not the halves of
// them that make a string's length.
all("[data-limit]", (input) => tell(input, (say) => {
  const limit = input.dataset.limit;
  const left = limit - [...(input.rows ? input.value : input.value.trim())].length;
  const many = Math.abs(left) + (Math.abs(left) === 1 ? " character" : " characters");
  if (left < 0) say(many + " too many", "bad");
  else say(left <= limit / 10 ? many + " left" : "");
}));

// Text that was not sent is not left without a question.
all("[data-unsaved]", (form) => {
  let unsaved = false;
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
});

// What was typed goes back into its form. Not by the Back button: that would be no way back.
if (performance.getEntriesByType("navigation")[0]?.type === "navigate") document.querySelector("[data-press] form")?.requestSubmit();
