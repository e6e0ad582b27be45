/** Somebody's browser: keeps the cookies of one application and sends them back. */
export class Browser {
  readonly #origin: string;
  readonly #userAgent: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string, userAgent: string) {
    this.#origin = origin;
    this.#userAgent = userAgent;
  }

  async request(method: 'GET' | 'POST', path: string, form?: Readonly<Record<string, string>>) {
    const response = await fetch(this.#origin + path, {
      method,
      redirect: 'manual',
      headers: {
        'user-agent': this.#userAgent,
        ...(this.#cookies.size === 0
          ? {}
          : { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    return { status: response.status, text: await response.text() };
  }

  get = (path: string) => this.request('GET', path);
  post = (path: string, form: Readonly<Record<string, string>> = {}) => this.request('POST', path, form);
}
