import { InputError } from '../../support/errors.ts';

/*
 * What the environment says of the Hub, in the names that Hugging Face's Python tools have for it.
 * https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */

/** The Hub's address, without a slash at its end. */
export function endpoint(): string {
  const named = process.env.HF_ENDPOINT?.trim();
  if (!named) return 'https://huggingface.co';
  const url = URL.canParse(named) ? new URL(named) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InputError(
      'HF_ENDPOINT is not an address',
      'Set it to the address of a Hub, e.g. https://huggingface.co, or unset it.',
    );
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/**
 * The token for gated and private repositories. It goes into one header of requests to the endpoint, and nowhere else.
 * @throws InputError when it can't be one; fetch would write it into its error
 */
export function token(): string | undefined {
  const named = process.env.HF_TOKEN?.trim();
  if (!named) return undefined;
  if (!/^[\x21-\x7E]+$/.test(named))
    throw new InputError(
      'HF_TOKEN has characters in it that no token has',
      'Copy the token anew from the settings of your account, under Access Tokens.',
    );
  return named;
}

/** Whether the network must not be asked. */
export const isOffline = (): boolean => /^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? '');
