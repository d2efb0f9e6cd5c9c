// The floor: the bare peers' server in C over epoll, one thread. Built and started by bench/run/native-server.ts.
// Usage: epoll <ticks a second> <clients in a room> <bytes of a frame>. Answers lines on its standard input with lines of JSON.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CLIENTS = 65536, IN_BYTES = 2048, MAX_EVENTS = 512, HEADER_BYTES = 4, OPCODE_BINARY = 0x82 };

typedef struct {
  int fd;
  int room, place;
  int is_upgraded;
  int in_length;
  unsigned char in[IN_BYTES];
  unsigned char *frame;
} client_t;

typedef struct {
  client_t **clients;
  int count;
  uint32_t tick;
  double due;
} room_t;

static int tick_hz, room_size, payload_bytes, frame_bytes, frame_head;
static int epoll_fd, room_count;
static room_t rooms[MAX_CLIENTS];
static client_t *by_fd[MAX_CLIENTS];
static double begun_at;
static struct rusage begun_usage;

static double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long resident_bytes(void) {
  long pages = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file && fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
  if (file) fclose(file);
  return resident * sysconf(_SC_PAGESIZE);
}

static double spent_us(const struct rusage *usage) {
  return 1e6 * (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) + (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/** The runner's requests, one a line; the end of the input is the end of this process. */
static void answer_request(int port) {
  char line[64];
  if (!fgets(line, sizeof line, stdin)) exit(0);
  if (!strncmp(line, "describe", 8)) {
    printf("{\"port\":%d,\"memory\":{\"rssBytes\":%ld}}\n", port, resident_bytes());
  } else if (!strncmp(line, "begin", 5)) {
    begun_at = now_seconds();
    getrusage(RUSAGE_SELF, &begun_usage);
    printf("{}\n");
  } else if (!strncmp(line, "end", 3)) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"cpuMicroseconds\":%.0f,\"seconds\":%.6f,\"memory\":{\"rssBytes\":%ld}}\n", spent_us(&usage) - spent_us(&begun_usage),
           now_seconds() - begun_at, resident_bytes());
  }
  fflush(stdout);
}

static void seat(client_t *client) {
  if (room_count == 0 || rooms[room_count - 1].count == room_size) {
    room_t *room = &rooms[room_count++];
    room->clients = calloc((size_t)room_size, sizeof *room->clients);
    room->due = now_seconds() + 1.0 / tick_hz;
  }
  room_t *room = &rooms[room_count - 1];
  client->room = room_count - 1;
  client->place = room->count;
  room->clients[room->count++] = client;
}

static void drop(client_t *client) {
  if (client->is_upgraded) {
    room_t *room = &rooms[client->room];
    client_t *last = room->clients[--room->count];
    room->clients[client->place] = last;
    last->place = client->place;
  }
  by_fd[client->fd] = NULL;
  close(client->fd);
  free(client->frame);
  free(client);
}

/** The bed's clients all send the sample key of RFC 6455, so the answer is the RFC's own. */
static void upgrade(client_t *client) {
  static const char answer[] =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  unsigned char *end = memmem(client->in, (size_t)client->in_length, "\r\n\r\n", 4);
  if (!end) return;
  if (send(client->fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) return;
  int used = (int)(end + 4 - client->in);
  client->in_length -= used;
  memmove(client->in, client->in + used, (size_t)client->in_length);
  client->is_upgraded = 1;
  seat(client);
}

/** Takes every whole masked frame; the first four bytes of its payload are the number of the input. */
static void take_frames(client_t *client) {
  int at = 0;
  while (client->in_length - at >= 6) {
    unsigned char *frame = client->in + at;
    int length = frame[1] & 0x7f, head = 2;
    if (length == 126) {
      length = frame[2] << 8 | frame[3];
      head = 4;
    }
    if (client->in_length - at < head + 4 + length) break;
    unsigned char *mask = frame + head, *payload = mask + 4;
    for (int index = 0; index < length; index++) payload[index] ^= mask[index & 3];
    if (length >= 4) memcpy(client->frame + frame_head, payload, 4);
    at += head + 4 + length;
  }
  client->in_length -= at;
  memmove(client->in, client->in + at, (size_t)client->in_length);
}

static void take_input(client_t *client) {
  ssize_t got = recv(client->fd, client->in + client->in_length, (size_t)(IN_BYTES - client->in_length), 0);
  if (got <= 0) {
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) drop(client);
    return;
  }
  client->in_length += (int)got;
  if (!client->is_upgraded) upgrade(client);
  if (client->is_upgraded) take_frames(client);
}

static void accept_all(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (fd >= MAX_CLIENTS) {
      close(fd);
      continue;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client_t *client = calloc(1, sizeof *client);
    client->fd = fd;
    client->frame = malloc((size_t)frame_bytes);
    memset(client->frame, 0, (size_t)frame_bytes);
    client->frame[0] = OPCODE_BINARY;
    if (frame_head == 2) {
      client->frame[1] = (unsigned char)payload_bytes;
    } else {
      client->frame[1] = 126;
      client->frame[2] = (unsigned char)(payload_bytes >> 8);
      client->frame[3] = (unsigned char)payload_bytes;
    }
    by_fd[fd] = client;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
  }
}

/** Runs the ticks that are due and says how many milliseconds there are until the next. */
static int run_ticks(void) {
  double now = now_seconds(), next = now + 1.0;
  for (int index = 0; index < room_count; index++) {
    room_t *room = &rooms[index];
    if (room->due <= now) {
      room->tick += 1;
      for (int place = 0; place < room->count; place++) {
        client_t *client = room->clients[place];
        memcpy(client->frame + frame_head + 4, &room->tick, 4);
        // A client of the bed that does not keep up ends its trial: it sees that a tick is missing.
        if (send(client->fd, client->frame, (size_t)frame_bytes, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) continue;
      }
      room->due += 1.0 / tick_hz;
      if (room->due < now - 1.0 / tick_hz) room->due = now;
    }
    if (room->due < next) next = room->due;
  }
  double wait = (next - now_seconds()) * 1000;
  return wait <= 0 ? 0 : (int)wait + 1;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  tick_hz = atoi(argv[1]);
  room_size = atoi(argv[2]);
  payload_bytes = atoi(argv[3]);
  frame_head = payload_bytes < 126 ? 2 : 4;
  frame_bytes = frame_head + payload_bytes;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) return 1;
  getsockname(listener, (struct sockaddr *)&address, &length);
  epoll_fd = epoll_create1(0);
  struct epoll_event on_listener = {.events = EPOLLIN, .data.fd = listener};
  struct epoll_event on_request = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &on_listener);
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &on_request);
  struct epoll_event events[MAX_EVENTS];
  for (;;) {
    int count = epoll_wait(epoll_fd, events, MAX_EVENTS, run_ticks());
    for (int index = 0; index < count; index++) {
      int fd = events[index].data.fd;
      if (fd == listener) accept_all(listener);
      else if (fd == STDIN_FILENO) answer_request(ntohs(address.sin_port));
      else if (by_fd[fd]) take_input(by_fd[fd]);
    }
  }
}
