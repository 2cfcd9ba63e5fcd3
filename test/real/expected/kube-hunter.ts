import type { Expected } from '../expected.ts'

export default {
  folders: ['kube-hunter'],
  refused: { 'kube-hunter/scb__test-empty-report.json': { code: 'unknown_format', why: 'it is only []: nothing tells the tool' } },
  // Two entries, equal in every member.
  differences: { 'kube-hunter/dupe.json': { ours: 2, rule: 'peer-merges-equal-entries' } },
} satisfies Expected
