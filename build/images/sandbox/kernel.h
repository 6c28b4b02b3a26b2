/* The few kernel interfaces used here that the C library does not declare. */
#pragma once
#include <stdint.h>

#define SLIPWAY_OPENAT2 437
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_BENEATH 0x08

struct open_how {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

#define AF_NETLINK_KERNEL 16
#define NETLINK_ACKNOWLEDGE 0x04
#define NETLINK_ERROR 2
#define NETLINK_ALIGN(length) (((length) + 3u) & ~3u)

struct netlink_header {
  uint32_t length;
  uint16_t type;
  uint16_t flags;
  uint32_t sequence;
  uint32_t port;
};

struct netlink_address {
  uint16_t family;
  uint16_t pad;
  uint32_t port;
  uint32_t groups;
};
