/** The address of a gateway, and the name and password that stood in it. */
export interface GatewayUrl {
  readonly address: string;
  /** As HTTP's Basic authentication has them: `name:password`. */
  readonly auth: string | undefined;
}

export function isGatewayUrl(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^https?:\/\//i.test(value) &&
    !/[?#]/.test(value) &&
    URL.canParse(value) &&
    canDecode(new URL(value))
  );
}

/** Takes name and password out of a URL, so that nothing that shows the address shows them. */
export function splitUrl(text: string): GatewayUrl {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    address: url.href.replace(/\/+$/, ''),
    auth:
      username === '' && password === ''
        ? undefined
        : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  };
}

function canDecode({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
