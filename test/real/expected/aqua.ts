import type { Expected } from '../expected.ts'

const saysNothing = 'nothing in it tells which tool wrote it; read with --format aqua'

export default {
  folders: ['aqua'],
  refused: {
    'aqua/empty_aquadevops.json': { code: 'unknown_format', why: `only []: ${saysNothing}` },
    'aqua/no_vuln.json': { code: 'unknown_format', why: `only {}: ${saysNothing}` },
  },
  differences: {
    // 24 vulnerabilities and 2 of 8 checks_performed with "failed": true.
    'aqua/many_vulns.json': { ours: 26, rule: 'policy-controls-count' },
    'aqua/one_vuln.json': { ours: 3, rule: 'policy-controls-count' },
  },
} satisfies Expected
