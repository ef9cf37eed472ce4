// The API page: draws the OpenAPI document as a list. No framework, no network but our own.
(function () {
  "use strict";
  var root = document.getElementById("api");
  if (!root) { return; }
  function el(tag, name, text) { var node = document.createElement(tag); if (name) { node.className = name; } if (text) { node.textContent = text; } return node; }
  function schemaName(schema) {
    if (!schema) { return ""; }
    if (schema.$ref) { return schema.$ref.split("/").pop(); }
    if (schema.type === "array") { return schemaName(schema.items) + "[]"; }
    return Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "";
  }
  fetch(root.getAttribute("data-src")).then(function (answer) { return answer.json(); }).then(function (api) {
    root.textContent = "";
    Object.keys(api.paths).forEach(function (path) {
      Object.keys(api.paths[path]).forEach(function (method) {
        var operation = api.paths[path][method];
        var card = el("details", "card");
        var summary = el("summary");
        summary.appendChild(el("span", "tag wait", method.toUpperCase()));
        summary.appendChild(el("code", "api-path", path));
        summary.appendChild(el("span", "soft small", operation.summary || ""));
        card.appendChild(summary);
        if (operation.description) { card.appendChild(el("p", "small", operation.description)); }
        var list = el("dl", "kv");
        (operation.parameters || []).forEach(function (parameter) {
          list.appendChild(el("dt", "", parameter.name + " (" + parameter.in + ")"));
          list.appendChild(el("dd", "", (parameter.required ? "* " : "") + schemaName(parameter.schema) + " " + (parameter.description || "")));
        });
        var body = operation.requestBody && operation.requestBody.content && operation.requestBody.content["application/json"];
        if (body) { list.appendChild(el("dt", "", "body")); list.appendChild(el("dd", "", schemaName(body.schema))); }
        Object.keys(operation.responses || {}).forEach(function (status) {
          var content = operation.responses[status].content || {};
          var kind = Object.keys(content)[0];
          list.appendChild(el("dt", "", status));
          list.appendChild(el("dd", "", (operation.responses[status].description || "") + " " + (kind ? schemaName(content[kind].schema) : "")));
        });
        card.appendChild(list);
        root.appendChild(card);
      });
    });
    var schemas = (api.components || {}).schemas || {};
    Object.keys(schemas).sort().forEach(function (name) {
      var card = el("details", "card");
      var summary = el("summary");
      summary.appendChild(el("code", "", name));
      card.appendChild(summary);
      var list = el("dl", "kv");
      var properties = schemas[name].properties || {};
      Object.keys(properties).forEach(function (property) {
        list.appendChild(el("dt", "", property));
        list.appendChild(el("dd", "", schemaName(properties[property]) + " " + (properties[property].description || "")));
      });
      card.appendChild(list);
      root.appendChild(card);
    });
  });
})();
