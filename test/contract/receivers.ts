import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'

/** A message as a receiver got it. */
interface Received {
  headers: IncomingHttpHeaders
  body: string
}

/** What a receiver answers: a status with headers, or nothing at all. */
type Answer = { status: number; headers?: Record<string, string> } | 'hang'

/** A webhook's receiver on a free port of this machine. `answers` are given in their order, then 200. */
export async function openReceiver(): Promise<{
  port: number
  url: string
  received: Received[]
  answers: Answer[]
  close(): Promise<void>
}> {
  const received: Received[] = []
  const answers: Answer[] = []
  const server: Server = createHttpServer((request, response) => {
    let body = ''
    request.on('data', (bytes: Buffer) => (body += bytes.toString()))
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      const answer = answers.shift() ?? { status: 200 }
      if (answer !== 'hang') response.writeHead(answer.status, answer.headers).end('said')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { port, url: `http://127.0.0.1:${port}/hook/hidden-token`, received, answers, close }
}

/** A mail server on a free port of this machine, just enough of RFC 5321. `mails` holds what was handed in. */
export async function openMailServer(): Promise<{
  port: number
  mails: { to: string[]; data: string }[]
  refuse: string[]
  close(): Promise<void>
}> {
  const mails: { to: string[]; data: string }[] = []
  const refuse: string[] = []
  const server = createTcpServer((socket) => {
    let text = ''
    let data: string | null = null
    let to: string[] = []
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('220 test')
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      text += bytes.toString()
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        if (data !== null) {
          if (line !== '.') data += `${line}\n`
          else {
            mails.push({ to, data })
            data = null
            to = []
            say('250 taken')
          }
        } else if (/^(EHLO|HELO)/i.test(line)) say('250 test')
        else if (/^MAIL/i.test(line)) say('250 ok')
        else if (/^RCPT/i.test(line)) {
          const address = /<(.*)>/.exec(line)![1]!
          if (refuse.includes(address)) say('550 nobody here')
          else {
            to.push(address)
            say('250 ok')
          }
        } else if (/^DATA/i.test(line)) {
          data = ''
          say('354 go on')
        } else if (/^QUIT/i.test(line)) {
          say('221 bye')
          socket.end()
        } else say('250 ok')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, mails, refuse, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
