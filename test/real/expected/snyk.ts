import type { Expected } from '../expected.ts'

export default {
  folders: ['snyk'],
  refused: {
    'snyk/snyk_issue_api__empty.json': { code: 'unknown_format', why: 'an empty list says nothing about the tool that wrote it' },
  },
  differences: {
    // 25 in the image and 12 in its one application, counted with Python's json.
    'snyk/snyk__snykcontainer_issue_9270.json.gz': { ours: 37, rule: 'applications-count-too' },
    // By status and ignored: 1 of 5, and 2 of 3, are open and not ignored.
    'snyk/snyk_issue_api__snyk_sca_scan_api_many_vuln.json': { ours: 1, rule: 'ignored-or-resolved-is-no-finding' },
    'snyk/snyk_issue_api__snyk_code_scan_api_many_vuln.json': { ours: 2, rule: 'ignored-or-resolved-is-no-finding' },
  },
} satisfies Expected
