/** A count with its word: `1 asset`, `12 assets`, `2 vulnerabilities`. */
export const counted = (count: number, one: string, several = `${one}s`): string => `${count} ${count === 1 ? one : several}`
