import type { Expected } from '../expected.ts'

export default { folders: ['php-symfony-security-check'] } satisfies Expected
