// Assent's script. Every page works without it; it spares waiting, keeps words that were typed, and adds keys.
(function () {
  "use strict";
  var doc = document;
  function each(selector, act, root) { Array.prototype.forEach.call((root || doc).querySelectorAll(selector), act); }
  function say(text) { var live = doc.getElementById("live"); if (live) { live.textContent = text; } }
  function store(name, value) {
    try { if (value === undefined) { return sessionStorage.getItem(name); } if (value === null) { sessionStorage.removeItem(name); } else { sessionStorage.setItem(name, value); } } catch (e) { /* private windows have no storage */ }
    return null;
  }

  // ---- sheets: focus goes in, stays in, and comes back ----------------------------------------------------------
  var opener = null;
  function openSheet() {
    var named = location.hash && location.hash.length > 1 ? doc.getElementById(location.hash.slice(1)) : null;
    if (named && named.classList.contains("sheet")) { return named; }
    return doc.querySelector(".sheet.open");
  }
  function arm(sheet) {
    // A double tap on the button that opened the sheet must not press the one that appears under the finger.
    each(".confirm", function (button) {
      button.disabled = true;
      setTimeout(function () { button.disabled = false; }, 600);
    }, sheet);
  }
  function entered() {
    var sheet = openSheet();
    doc.documentElement.classList.toggle("sheeted", !!sheet);
    if (!sheet) { if (opener) { opener.focus(); opener = null; } return; }
    arm(sheet);
    var first = sheet.querySelector(".bad input, .bad select, .bad textarea, [data-focus]");
    (first || sheet).focus();
  }
  function closeSheet() {
    var sheet = openSheet();
    if (!sheet) { return false; }
    sheet.classList.remove("open");
    if (location.hash) { history.pushState(null, "", location.pathname + location.search); }
    entered();
    return true;
  }
  doc.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a") : null;
    if (!link) { return; }
    if (link.classList.contains("close") || link.classList.contains("shade")) { event.preventDefault(); closeSheet(); }
    else if (link.getAttribute("href") && link.getAttribute("href").charAt(0) === "#" && doc.querySelector(link.getAttribute("href") + ".sheet")) {
      if (!link.closest(".sheet")) { opener = link; }
      each(".sheet.open", function (sheet) { sheet.classList.remove("open"); });
    }
  });
  window.addEventListener("hashchange", entered);
  doc.addEventListener("keydown", function (event) {
    var sheet = openSheet();
    if (event.key === "Escape" && sheet) { closeSheet(); return; }
    if (event.key !== "Tab" || !sheet) { return; }
    var stops = Array.prototype.filter.call(sheet.querySelectorAll("a[href], button, input, select, textarea"), function (stop) {
      return !stop.disabled && stop.tabIndex >= 0 && stop.type !== "hidden" && stop.offsetParent !== null;
    });
    if (!stops.length) { return; }
    var first = stops[0], last = stops[stops.length - 1];
    if (event.shiftKey && (doc.activeElement === first || doc.activeElement === sheet)) { event.preventDefault(); last.focus(); }
    else if (!event.shiftKey && doc.activeElement === last) { event.preventDefault(); first.focus(); }
  });

  // ---- saved phrases ----------------------------------------------------------------------------------------------
  each("[data-phrases]", function (group) {
    var box = doc.getElementById(group.getAttribute("data-phrases"));
    group.hidden = false;
    group.addEventListener("click", function (event) {
      if (event.target.tagName !== "BUTTON") { return; }
      box.value = (box.value ? box.value.replace(/\s+$/, "") + "\n" : "") + event.target.textContent;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
    });
  });

  // ---- a drawn signature: a picture for the file input beside it; without a script the input itself is used --------
  each("[data-pad]", function (pad) {
    var input = doc.getElementById(pad.getAttribute("data-pad")), canvas = pad.querySelector("canvas");
    var pen = canvas.getContext && canvas.getContext("2d");
    var works = pen && canvas.toBlob && window.PointerEvent;
    try { works = works && new DataTransfer() && new File(["x"], "x.png"); } catch (e) { works = false; }
    if (!works) { return; }
    pad.hidden = false;
    function white() { pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); input.value = ""; }
    function at(event) {
      var box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    }
    var last = null;
    white();
    canvas.addEventListener("pointerdown", function (event) {
      last = at(event);
      if (canvas.setPointerCapture) { canvas.setPointerCapture(event.pointerId); }
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", function (event) {
      if (!last) { return; }
      var to = at(event);
      pen.strokeStyle = "#111"; pen.lineWidth = 5; pen.lineCap = "round";
      pen.beginPath(); pen.moveTo(last[0], last[1]); pen.lineTo(to[0], to[1]); pen.stroke();
      last = to;
    });
    canvas.addEventListener("pointerup", function () {
      if (!last) { return; }
      last = null;
      canvas.toBlob(function (blob) {
        var holder = new DataTransfer();
        holder.items.add(new File([blob], "signature.png", { type: "image/png" }));
        input.files = holder.files;
      }, "image/png");
    });
    pad.querySelector("button").addEventListener("click", white);
  });

  // ---- forms: sent once; on a bad network the words stay and the page says so ------------------------------------
  function keepName(form) { return "assent:" + location.pathname + ":" + (form.id || form.getAttribute("action")); }
  each("form[data-once]", function (form) {
    var boxes = form.querySelectorAll("textarea[data-keep]");
    var kept = store(keepName(form));
    if (kept && boxes.length && !boxes[0].value) { boxes[0].value = kept; }
    Array.prototype.forEach.call(boxes, function (box) { box.addEventListener("input", function () { store(keepName(form), box.value); }); });
    form.addEventListener("submit", function (event) {
      if (form.getAttribute("data-sent")) { event.preventDefault(); return; }
      if (navigator.onLine === false) {
        event.preventDefault();
        var words = doc.documentElement.lang === "en" ? "Not delivered: no network. Your words are kept, please try again." : "未送达：没有网络。已保留您填写的内容，请重试。";
        var note = form.querySelector(".offline") || doc.createElement("div");
        note.className = "note no offline";
        note.setAttribute("role", "alert");
        note.textContent = words;
        form.insertBefore(note, form.firstChild);
        return;
      }
      form.setAttribute("data-sent", "1");
      store(keepName(form), null);
    });
  });
  window.addEventListener("pageshow", function () { each("form[data-sent]", function (form) { form.removeAttribute("data-sent"); }); });
  // What was typed into a long form is not lost by a wrong click.
  each("form[data-draft]", function (form) {
    var dirty = false;
    form.addEventListener("input", function () { dirty = true; });
    form.addEventListener("submit", function () { dirty = false; });
    window.addEventListener("beforeunload", function (event) { if (dirty) { event.preventDefault(); event.returnValue = ""; } });
  });
  // Amounts read better with separators once the cursor has left them.
  each("input.number", function (input) {
    input.addEventListener("blur", function () {
      var plain = input.value.replace(/[,\s]/g, "");
      if (/^-?\d{4,}(\.\d+)?$/.test(plain)) {
        var parts = plain.split(".");
        parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
        input.value = parts.join(".");
      }
    });
  });

  // Another row without a way to the server: files that were picked would be lost by it.
  each("button[data-rows-of]", function (button) {
    button.addEventListener("click", function (event) {
      var rows = doc.getElementById(button.getAttribute("data-rows-of")).tBodies[0].rows;
      var last = rows[rows.length - 1], at = rows.length;
      var next = last.cloneNode(true);
      function renumber(text) { return text.replace(String(at), String(at + 1)); }
      next.setAttribute("data-label", renumber(next.getAttribute("data-label")));
      Array.prototype.forEach.call(next.querySelectorAll("input, select"), function (box) {
        box.name = box.name.replace(/\.\d+\.([^.]*)$/, "." + at + ".$1");
        box.setAttribute("aria-label", box.getAttribute("aria-label").replace(/\d+$/, String(at + 1)));
        box.removeAttribute("aria-invalid");
        if (box.tagName === "SELECT") { box.selectedIndex = 0; } else { box.value = ""; box.defaultValue = ""; }
      });
      last.parentNode.appendChild(next);
      next.querySelector("input, select").focus();
      event.preventDefault();
    });
  });

  each("select[data-submit]", function (pick) { pick.addEventListener("change", function () { pick.form.submit(); }); });

  // ---- keys: J/K Enter on lists, A/R/C on a task; they open sheets and never decide ------------------------------
  function keysOff() { try { return localStorage.getItem("assent:keys") === "off"; } catch (e) { return false; } }
  function rowMove(step) {
    var links = Array.prototype.slice.call(doc.querySelectorAll("[data-rows] .title a"));
    if (!links.length) { return; }
    var at = links.indexOf(doc.activeElement);
    var to = links[Math.min(links.length - 1, Math.max(0, at + step))];
    to.focus();
    if (to.scrollIntoView) { to.scrollIntoView({ block: "nearest" }); }
  }
  doc.addEventListener("keydown", function (event) {
    var target = event.target;
    if (keysOff() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable || openSheet()) { return; }
    var key = event.key.toLowerCase();
    if (key === "j") { var next = doc.querySelector("[data-key=j]"); if (next) { next.click(); } else { rowMove(1); } }
    else if (key === "k") { if (doc.querySelector("[data-rows]")) { rowMove(-1); } else { history.back(); } }
    else if (key === "?") { location.href = "/help"; }
    else if (key === "a" || key === "r") { var button = doc.querySelector('[data-sheet="' + key + '"]'); if (button) { opener = button; location.hash = button.getAttribute("href"); } }
    else if (key === "c") { if (doc.getElementById("comment")) { location.hash = "#comment"; } }
    else { return; }
    event.preventDefault();
  });
  each("[data-keys]", function (hint) { if (window.matchMedia && matchMedia("(hover: hover) and (pointer: fine)").matches && !keysOff()) { hint.hidden = false; } });
  each("[data-keys-switch]", function (box) {
    box.closest("section").hidden = false;
    box.checked = !keysOff();
    box.addEventListener("change", function () { try { localStorage.setItem("assent:keys", box.checked ? "on" : "off"); } catch (e) { say(""); } });
  });

  each("[data-print]", function (button) { button.hidden = false; button.addEventListener("click", function () { window.print(); }); });

  entered();
})();
