/** The key of a framework: its name in small letters and digits, joined by "-", so that "CIS 1.4" and "CIS-1.4" are one. At most 100 characters; '' for a name without any. */
export const frameworkKey = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 100)
    .replace(/-$/, '')

/** Names of weaknesses and cross references, which say nothing about how well a framework is met. */
const lists = /^(cwe|capec|cve|cci|cce|bsimm|cert)\b/

/** Whether a name is that of a framework with requirements; lists of weaknesses (CWE) and of cross references (CCI) are none. */
export const isFramework = (name: string): boolean => frameworkKey(name) !== '' && !lists.test(name.trim().toLowerCase())

/** Products that reports name, each with a benchmark of its own under the one name "CIS-3.0". */
const benchmarked: Readonly<Record<string, string>> = {
  alibabacloud: 'Alibaba Cloud',
  aws: 'AWS',
  azure: 'Azure',
  gcp: 'Google Cloud',
  github: 'GitHub',
  googleworkspace: 'Google Workspace',
  kubernetes: 'Kubernetes',
  m365: 'Microsoft 365',
  oraclecloud: 'Oracle Cloud',
}

/**
 * The framework that a tool means by a name on a control of a product. CIS has a benchmark for each product, with the same numbers for other requirements, and tools
 * name it by its version alone: "CIS-3.0" on a control of Azure is "CIS-3.0 for Azure". All else, and what is on no product that is known, is as it is named.
 */
export function frameworkNamed(name: string, product: string | null): string {
  const of = benchmarked[product?.toLowerCase() ?? '']
  return of !== undefined && /^cis[ _-]?(v?\d[\w.]*)?$/i.test(name.trim()) ? `${name.trim()} for ${of}` : name
}

/** Frameworks whose requirements are "AC-2(12)": the letters are the family. https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final */
const byFamily = /nist|fedramp|fisma|ccm/i

/**
 * The part of a framework that a requirement lies in, from how its number is written: "2.1.4" lies in "2", "AC-2(12)" of NIST in "AC", "A.9.1" in "A.9",
 * "cc_6_7" in "CC.6", "164_308_a" in "164.308", "IAM.1" in "IAM". A requirement without parts is one of its own.
 */
export function sectionOf(framework: string, requirement: string): string {
  const tokens = requirement.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  const [first, second] = tokens
  if (!first) return requirement.slice(0, 40)
  const letters = /^\p{L}+$/u
  const numbered = /^(\p{L}{1,4})\d{4,}$/u.exec(first)
  const parts = /^\d+$/.test(first)
    ? first.length >= 3 && second
      ? [first, second]
      : [first]
    : numbered
      ? [numbered[1]!]
      : !letters.test(first) || tokens.length < 3 || byFamily.test(framework)
        ? [first]
        : /^\d{4,}$/.test(second!)
          ? [first]
          : [first, second!]
  const section = parts.join('.').slice(0, 40)
  return parts.every((part) => part.length <= 3) ? section.toUpperCase() : section
}
