export function pythonWithParser(): string | undefined;
