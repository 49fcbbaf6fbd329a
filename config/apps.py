"""Which of the libraries' files are not served."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Collecting is part of every start, so what no page uses stays out of it."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("languages/[!p]*", "languages/p[!y]*", "languages/python-repl*"),  # highlight.js
        *("inter-*-ext-*", "inter-cyrillic-*", "inter-vietnamese-*", "inter-*-opsz-*", "inter-*-standard-*", "inter-*-italic.woff2"),
        *("types", "sounds", "vue-mathlive.mjs", "mathlive-ssr*", "mathlive-static.css", "mathlive.js", "mathlive.min.js", "mathlive.mjs"),
        *("contrib", "katex.js", "katex.min.js", "katex.css", "katex-swap*", "purify.*.js", "purify.js", "*.umd.*"),
        *("highlight*.js", "*.map", "*.d.mts", "*.d.ts", "README.md", "package.json"),
    ]
