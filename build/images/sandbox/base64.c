#include "sandbox.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes in place and returns the number of bytes. */
long decode_base64(char *text) {
  unsigned bits = 0;
  int held = 0;
  char *out = text;
  for (char *in = text; *in && *in != '='; in++) {
    bits = bits << 6 | (unsigned)value(*in);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    *out++ = (char)(bits >> held);
  }
  return out - text;
}

/* Writes a NUL-terminated text and returns its length. */
int encode_base64(const unsigned char *bytes, size_t length, char *out) {
  char *at = out;
  for (size_t i = 0; i < length; i += 3) {
    unsigned long bits = (unsigned long)bytes[i] << 16;
    if (i + 1 < length) bits |= (unsigned long)bytes[i + 1] << 8;
    if (i + 2 < length) bits |= bytes[i + 2];
    *at++ = alphabet[bits >> 18 & 63];
    *at++ = alphabet[bits >> 12 & 63];
    *at++ = i + 1 < length ? alphabet[bits >> 6 & 63] : '=';
    *at++ = i + 2 < length ? alphabet[bits & 63] : '=';
  }
  *at = 0;
  return (int)(at - out);
}
