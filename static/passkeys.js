// Passkeys, after app.js. Without a script, their buttons are not there.
const keys = window.PublicKeyCredential;

const fromDevice = async (button, signal, mediation) => {
  const answer = await fetch(button.dataset.passkey, { method: "POST", headers: { accept: "application/json" }, signal });
  // What the server does not ask for, it refuses in its own words when the form is sent.
  if (!answer.ok && mediation) throw new Error();
  if (!answer.ok) return "";
  const { origin, asked } = await answer.json();
  if (!origin) throw new Error("Passkeys need an address with a name, not with a number.");
  if (origin !== location.origin) throw new Error(`Passkeys work at ${origin}: open this page there.`);
  const { publicKey } = asked;
  // JSON.stringify asks the answer for its form as JSON.
  return JSON.stringify(publicKey.rp
    ? await navigator.credentials.create({ publicKey: keys.parseCreationOptionsFromJSON(publicKey), signal })
    : await navigator.credentials.get({ publicKey: keys.parseRequestOptionsFromJSON(publicKey), mediation, signal }));
};

const WHY = {
  NotAllowedError: "That was not confirmed in time. Try again.",
  InvalidStateError: "This device has a passkey of yours already.",
};

if (keys?.parseCreationOptionsFromJSON) all("[data-passkey]", (button) => {
  const field = button.form.elements.credential;
  const note = make("p", { className: "complaint", role: "alert" });
  let waiting;
  const use = async (mediation) => {
    // One question at a time: the browser's own offer ends when somebody presses the button.
    waiting?.abort();
    waiting = new AbortController();
    field.value = await fromDevice(button, waiting.signal, mediation);
    button.form.requestSubmit(button);
  };
  button.hidden = false;
  button.parentElement.after(note);
  button.addEventListener("click", (event) => {
    event.preventDefault();
    note.textContent = "";
    if (!button.formNoValidate && !button.form.reportValidity()) return;
    use().catch((error) => { if (error.name !== "AbortError") note.textContent = WHY[error.name] ?? error.message; });
  });
  // Offered where the browser fills in addresses.
  const offer = () => use("conditional").catch(() => {});
  if ("offered" in button.dataset) keys.isConditionalMediationAvailable?.().then((can) => {
    if (!can) return;
    offer();
    // A question lives for five minutes.
    setInterval(offer, 240000);
  });
});
