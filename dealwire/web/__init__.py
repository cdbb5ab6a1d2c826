"""Shell: the web page. `app.build` makes the application; `pages` has what people look at, `api` what programs read."""
