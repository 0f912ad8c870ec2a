// Starts Swagger UI on the description named by the page. No validator: it would be another site.
(function () {
  "use strict";
  var place = document.getElementById("docs");
  window.SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    presets: [window.SwaggerUIBundle.presets.apis],
  });
})();
