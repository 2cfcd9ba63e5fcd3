/** A tool's own name as a part of ids, in lower case with hyphens, at most `most` characters: "LGTM.com" → `lgtm-com`. '' where no letter or digit is left. */
export const kebabName = (name: string, most = 100): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, most)
