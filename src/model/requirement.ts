/**
 * Splits what AWS Security Hub writes of a requirement, `PCI DSS v3.2.1/2.2` or `NIST.800-53.r5 AC-4`, into framework and requirement. Null for a text that
 * does not show where the one ends (`PCI1.2`).
 */
export function splitRequirement(text: string): { framework: string; requirement: string } | null {
  const slash = text.lastIndexOf('/')
  if (slash > 0 && slash < text.length - 1) return { framework: text.slice(0, slash), requirement: text.slice(slash + 1) }
  const parts = /^([\w.-]+) (\S+)$/.exec(text)
  return parts ? { framework: parts[1]!, requirement: parts[2]! } : null
}
