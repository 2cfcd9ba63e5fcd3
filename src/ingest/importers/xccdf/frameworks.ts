/** Where a rule's `reference` leads to, and what that is called. Authors of content link to the publisher's document and write the requirement as text. */
const publishers: [RegExp, string | ((match: RegExpExecArray) => string)][] = [
  [/SP\.800-53r?(\d)?/i, (match) => (match[1] ? `NIST 800-53 Rev. ${match[1]}` : 'NIST 800-53')],
  [/SP\.800-171/i, 'NIST 800-171'],
  [/CSWP/i, 'NIST CSF'],
  [/title45|hhs\.gov\/hipaa|CFR-2007-title45/i, 'HIPAA'],
  [/PCI[_-]DSS[_-]v?(\d)[-_.](\d)/i, (match) => `PCI DSS ${match[1]}.${match[2]}`],
  [/pcisecuritystandards|docs-prv\.pcisecuritystandards/i, 'PCI DSS'],
  [/\/stigs\/(?:os\/unix-linux|downloads|srg-stig-tools)/i, 'DISA STIG'],
  [/cjis/i, 'CJIS'],
  [/iso\.org/i, 'ISO 27001'],
  [/isaca\.org/i, 'COBIT 5'],
  [/cisecurity\.org\/controls/i, 'CIS Controls'],
  [/cisecurity\.org/i, 'CIS'],
  [/isa-62443-2-1|113325/i, 'ISA 62443-2-1'],
  [/isa-62443|116785/i, 'ISA 62443-3-3'],
  [/nerc\.com/i, 'NERC CIP'],
  [/niap-ccevs/i, 'NIAP OSPP'],
  [/ssi\.gouv\.fr|cyber\.gouv\.fr/i, 'ANSSI'],
  [/cyber\.gov\.au|acsc/i, 'ACSC ISM'],
  [/bsi\.bund\.de/i, 'BSI'],
]

/** The framework of a `reference`: by the requirement where it says so itself, else by the link. Null for any other, and where there is no link. */
export function frameworkOf(requirement: string, href: string): string | null {
  if (/^SRG-[A-Z]+-\d{6}/.test(requirement)) return 'DISA SRG'
  if (/^CCI-\d{6}$/.test(requirement)) return 'CCI'
  if (href === '' || href.length > 1000) return null
  for (const [pattern, name] of publishers) {
    const match = pattern.exec(href)
    if (match) return typeof name === 'string' ? name : name(match)
  }
  return null
}
