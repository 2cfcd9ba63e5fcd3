/** A piece of a half circle around (cx, cy), from `start` to `end` as parts of it (0 left, 1 right), as an SVG path of a thick line. */
export function arc(cx: number, cy: number, radius: number, start: number, end: number): string {
  const point = (part: number) => {
    const angle = Math.PI * (1 - part)
    return `${(cx + radius * Math.cos(angle)).toFixed(2)} ${(cy - radius * Math.sin(angle)).toFixed(2)}`
  }
  return `M ${point(start)} A ${radius} ${radius} 0 0 1 ${point(end)}`
}
