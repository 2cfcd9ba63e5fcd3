// Sets the theme before the first paint, so that the page does not flash. The same key and rule as web/theme.ts.
try {
  const chosen = localStorage.getItem('plimsoll-theme')
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
} catch {
  document.documentElement.dataset.theme = 'light'
}
