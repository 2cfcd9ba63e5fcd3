import type { Expected } from '../expected.ts'

const rule = 'closed-alerts'

export default {
  folders: ['github-dependabot'],
  differences: {
    // jq: dismissedAt is set on all four.
    'github-dependabot/github_issue2984.json': { ours: 0, rule },
    // jq: its state is FIXED.
    'github-dependabot/github_shiro.json': { ours: 0, rule },
  },
} satisfies Expected
