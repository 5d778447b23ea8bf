/** The little of Node that the runners use. */
declare module "node:fs" {
  export function readFileSync(path: string, encoding: "utf8"): string;
  export function readdirSync(path: string): string[];
}
declare const process: {
  argv: string[];
  exitCode: number;
  stdin: AsyncIterable<string> & { setEncoding(encoding: "utf8"): void };
};
declare const console: { log(line: string): void; error(line: string): void };
