// The camera of the capture page: it shows what the server asks, and sends pictures one after another.
// No picture is kept here either: each is drawn, sent and overwritten by the next.
"use strict";
(() => {
  const ASKED = { width: 1280, height: 720, rate: 30 };
  const LONGEST = 640;
  const PAUSE_MS = 120;
  const MEASURE_MS = 700;
  const RETRIES = 5;
  const ARROWS = {
    turn_left: ["←", "left"], turn_right: ["→", "right"], look_up: ["↑", "top"], look_down: ["↓", "bottom"],
    tilt_left: ["↙", "left"], tilt_right: ["↘", "right"],
  };
  const part = (name) => document.getElementById(name);
  const page = part("capture");
  const { path, language } = page.dataset;
  const texts = {};
  for (const one of part("texts").content.querySelectorAll("[data-say]")) texts[one.dataset.say] = one.textContent;
  const video = part("video");
  const canvas = document.createElement("canvas");
  const shown = { command: "", flaw: "" };
  let stream = null;
  let ticking = 0;

  const say = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), texts[name]);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const other = (why) => { stop(); location.assign(`${path}/other?lang=${language}&why=${why}`); };
  const home = () => { stop(); location.replace(`${path}?lang=${language}`); };

  function put(name, text) { // a live region speaks when its text changes, so it changes only with its meaning
    if (shown[name] === text) return;
    shown[name] = text;
    part(name).textContent = text;
  }

  function stop() {
    clearInterval(ticking);
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = null;
    video.srcObject = null;
  }

  function finish(problem) {
    stop();
    part("live").hidden = true;
    part("before").hidden = false;
    part("problem").textContent = problem;
    part("problem").hidden = false;
    part("start").textContent = say("again");
    part("start").disabled = false;
    part("start").focus();
  }

  async function camera() {
    const wish = { facingMode: "user", width: { ideal: ASKED.width }, height: { ideal: ASKED.height }, frameRate: { ideal: ASKED.rate } };
    return navigator.mediaDevices.getUserMedia({ audio: false, video: wish });
  }

  function whyNot(error) {
    if (error.name === "NotAllowedError" || error.name === "SecurityError") return "refused";
    return error.name === "NotReadableError" || error.name === "AbortError" ? "busy" : "missing";
  }

  async function measured() { // frames that really arrive in a second, as far as the browser tells
    if (!video.requestVideoFrameCallback) { await wait(MEASURE_MS); return 0; }
    let count = 0;
    const began = performance.now();
    let asked = 0;
    const next = () => { count += 1; asked = video.requestVideoFrameCallback(next); };
    asked = video.requestVideoFrameCallback(next);
    await wait(MEASURE_MS);
    video.cancelVideoFrameCallback(asked);
    return (count * 1000) / (performance.now() - began);
  }

  async function told() {
    const track = stream.getVideoTracks()[0];
    const given = track.getSettings();
    const rate = await measured();
    return {
      asked: ASKED,
      given: { width: given.width || 0, height: given.height || 0, rate: given.frameRate || 0 },
      seen: { width: video.videoWidth, height: video.videoHeight, rate },
      label: track.label.slice(0, 200),
      facing: (given.facingMode || "").slice(0, 200),
      slow: part("slow").checked,
    };
  }

  async function send(step, body, type) {
    for (let left = RETRIES; ; left -= 1) {
      const answer = await fetch(`${path}/${step}`, { method: "POST", body, headers: { "content-type": type } }).catch(() => null);
      if (answer && answer.ok) return answer.json();
      if (answer && answer.status < 500) { home(); return null; } // the page says in words what is wrong
      if (left <= 1) return undefined;
      await wait(1000);
    }
  }

  function picture() {
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  }

  function countdown(ms) {
    clearInterval(ticking);
    const end = performance.now() + ms;
    const write = () => { part("seconds").textContent = say("seconds", { seconds: Math.max(0, Math.ceil((end - performance.now()) / 1000)) }); };
    write();
    ticking = setInterval(write, 500);
  }

  let last = "";
  function show(reply) {
    const now = `${reply.step}:${reply.command}`;
    if (reply.command) {
      put("command", `${say(reply.command)}`);
      put("flaw", reply.flaw ? say(reply.flaw) : "");
    } else {
      const before = reply.step > 1 ? `${say("good")} ` : "";
      put("command", before + say("straight"));
      put("flaw", reply.flaw ? say(reply.flaw) : say("hold"));
    }
    part("progress").textContent = say("progress", { step: reply.step, of: reply.of });
    page.querySelector(".finder").classList.toggle("good", !reply.flaw);
    const [arrow, at] = ARROWS[reply.command] || ["", ""];
    part("arrow").textContent = arrow;
    part("arrow").dataset.at = at;
    if (now === last) return;
    last = now;
    if (reply.command) countdown(reply.left_ms); else { clearInterval(ticking); part("seconds").textContent = ""; }
  }

  function end(reply) {
    if (reply.ended === "spent") { other("spent"); return; }
    if (reply.go) { stop(); location.assign(reply.go); return; }
    if (reply.ended === "done" || !reply.more) {
      put("command", reply.ended === "done" ? say("done") : say(reply.ended));
      home();
    } else finish(say(reply.ended));
  }

  async function run() {
    let reply = await send("begin", JSON.stringify(await told()), "application/json");
    while (reply && stream) {
      if (reply.ended) { end(reply); return; }
      show(reply);
      const began = performance.now();
      const blob = await picture();
      if (!stream) return;
      reply = await send("frame", blob, "image/jpeg");
      await wait(Math.max(0, PAUSE_MS - (performance.now() - began)));
    }
    if (reply === undefined) finish(say("trouble"));
  }

  async function start() {
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { other(window.isSecureContext ? "missing" : "insecure"); return; }
    part("start").disabled = true;
    part("problem").hidden = true;
    last = "";
    put("command", say("allow"));
    put("flaw", "");
    part("live").hidden = false;
    try {
      stream = await camera();
    } catch (error) {
      other(whyNot(error));
      return;
    }
    part("ready").hidden = true;
    part("before").hidden = true;
    part("todo").focus();
    put("command", say("prepare"));
    for (const track of stream.getVideoTracks()) track.addEventListener("ended", () => { if (stream) finish(say("left")); });
    video.srcObject = stream;
    try {
      await video.play();
      await run();
    } catch {
      if (stream) finish(say("trouble"));
    }
  }

  part("start").addEventListener("click", start);
  part("start").disabled = false; // until here a press would have done nothing
  window.addEventListener("pagehide", stop);
})();
