/** Files in the folders of tools that are known but not read which are no report of the tool, or which nothing in them tells apart; and why. */
export const unnamed: Readonly<Record<string, string>> = {
  'generic/generic_empty.json': 'an object with an empty list "findings" may be of anybody',
  'hydra/oddly_familiar_json_that_isnt_us.json': 'another tool that writes like Hydra, made for a test',
  'intsights/empty_with_error.csv': 'an empty file',
  'nikto/scb__empty-report.json': 'an empty list',
  'rusty-hog/durochog_no_vuln.json': 'an empty list',
  'rusty-hog/essexhog_no_vuln.json': 'an empty list',
}
