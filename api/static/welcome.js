// Sends the secret behind "#" and the new password; says what came of it.
"use strict";
const form = document.getElementById("welcome");
const outcome = document.getElementById("outcome");
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [first, second] = ["first", "second"].map((id) => document.getElementById(id).value);
  if (first !== second) {
    outcome.textContent = form.dataset.differ;
    return;
  }
  const answer = await fetch("/api/v1/invitations/accept", {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": document.documentElement.lang },
    body: JSON.stringify({ token: secret, password: first }),
  });
  if (answer.status === 204) {
    outcome.textContent = form.dataset.done;
    form.hidden = true;
    return;
  }
  const problem = await answer.json();
  const said = (problem.errors || []).map((error) => error.message).join(" ");
  outcome.textContent = answer.status === 404 ? form.dataset.gone : said || problem.detail;
});
