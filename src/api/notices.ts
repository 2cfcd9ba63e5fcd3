/** How this process sends notifications. */
export interface NoticePlace {
  /** Where people reach the console: links in messages begin with it. */
  base: string
  /** Whether webhooks may go to addresses that are not of the public internet. */
  allowPrivate: boolean
  /** Whether it sends by itself what is due. */
  worker: boolean
}

/** As the environment says: PLIMSOLL_URL and PLIMSOLL_PRIVATE_WEBHOOKS=1. */
export const noticePlace = (environment: NodeJS.ProcessEnv = process.env): NoticePlace => ({
  base: (environment['PLIMSOLL_URL'] ?? 'http://127.0.0.1:7420').replace(/\/+$/, ''),
  allowPrivate: environment['PLIMSOLL_PRIVATE_WEBHOOKS'] === '1',
  worker: false,
})
