/** Hosts on which a repository, a gist or a file is named by whoever made it. */
const CODE_HOSTS = new Set(['github.com', 'gist.github.com', 'gitlab.com', 'codeberg.org'])

/**
 * Accounts that hold one repository per CVE, made by a program, without an exploit in any: of the repositories in the lists of August 2026 that are named
 * by a CVE, a third are of the first.
 */
const NOT_EXPLOITS = new Set(['live-hack-cve', 'ossf-cve-benchmark'])

/** Sites whose pages are exploits, by the path that such a page has. */
const EXPLOIT_SITES: Record<string, RegExp> = {
  'www.exploit-db.com': /^\/(?:exploits|download)\/\d+/,
  'exploit-db.com': /^\/(?:exploits|download)\/\d+/,
  'packetstormsecurity.com': /^\/files\/\d+/,
  'packetstormsecurity.org': /^\/files\/\d+/,
  'packetstorm.news': /^\/files\/id\/\d+/,
}

/**
 * Whether a link of a community's list is by itself a sign of a public exploit for this CVE: a page of a site that keeps exploits, or a place on a code host
 * that is named by the CVE. Such lists also link whatever mentions the CVE (advisories, other lists, templates), which is no exploit.
 */
export function isExploitLink(link: string, cve: string): boolean {
  let url: URL
  try {
    url = new URL(link)
  } catch {
    return false
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false
  const page = EXPLOIT_SITES[url.hostname]
  if (page) return page.test(url.pathname)
  if (!CODE_HOSTS.has(url.hostname)) return false
  const [account = ''] = url.pathname.slice(1).split('/')
  if (NOT_EXPLOITS.has(account.toLowerCase())) return false
  // The id may be written with _ or without a separator; a longer number is another CVE.
  const [, year, number] = /^CVE-(\d{4})-(\d{4,19})$/i.exec(cve) ?? []
  return year !== undefined && new RegExp(`cve[-_. ]?${year}[-_. ]?${number}(?!\\d)`, 'i').test(url.pathname)
}
