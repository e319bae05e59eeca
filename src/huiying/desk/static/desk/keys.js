/* Security keys (WebAuthn): a button beside the code asks one, a form adds one. Without this file, or in a browser
   without keys, the code is typed as ever. */
(() => {
  "use strict";
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const written = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const ids = (some) => (some ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  function told(credential, names) {
    const response = Object.fromEntries(
      names.filter((name) => credential.response[name]).map((name) => [name, written(credential.response[name])]),
    );
    return JSON.stringify({ id: credential.id, rawId: written(credential.rawId), type: credential.type, response });
  }

  async function add(button) {
    const form = button.form;
    if (!form.reportValidity()) return;
    const options = JSON.parse(form.dataset.options);
    const credential = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: ids(options.excludeCredentials),
      },
    });
    form.elements.answer.value = told(credential, ["clientDataJSON", "attestationObject"]);
    form.submit();
  }

  async function ask(button) {
    const form = button.form ?? button.closest("form");
    const address = button.dataset.securityKey;
    const options = await (await fetch(address)).json();
    const credential = await navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: ids(options.allowCredentials) },
    });
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("answer", told(credential, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]));
    const answer = await fetch(address, { method: "POST", body });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.why);
    if (found.place) return location.assign(found.place);
    form.elements.code.required = false;
    form.elements.code.disabled = true;
    say(button, button.dataset.done);
    button.hidden = true;
  }

  function say(button, words) {
    button.parentElement.querySelector("[role=status]").textContent = ` ${words}`;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-security-key], [data-key-add]");
    if (!button) return;
    try {
      await (button.matches("[data-key-add]") ? add : ask)(button);
    } catch (error) {
      say(button, button.dataset.failed);
    }
  });
})();
