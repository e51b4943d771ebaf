/* The least a bridge can do: edges from a Unix socket become retained QoS 1 messages.
 *
 *   c_bridge SOCKET PORT PREFIX LINE...
 *
 * It plays the terminal board as a server: a client sends `connect ID` or `disconnect ID`, one a
 * line, and gets one answer a line; the contact is published on PREFIX/ID as ON or OFF. One thread,
 * one poll, TCP_NODELAY: the speed that the machine and the broker allow.
 */
#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS = 8, BUFFER = 65536, TOPIC = 256 };

struct client {
    int fd;
    size_t used;
    char buffer[BUFFER];
};

static struct mosquitto *mosq;
static const char *prefix;
static struct client clients[CLIENTS];

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void publish(const char *id, bool on)
{
    char topic[TOPIC];

    snprintf(topic, sizeof topic, "%s/%s", prefix, id);
    int failed = mosquitto_publish(mosq, NULL, topic, on ? 2 : 3, on ? "ON" : "OFF", 1, true);
    if (failed) {
        fprintf(stderr, "publish: %s\n", mosquitto_strerror(failed));
        exit(1);
    }
}

static void obey(int fd, char *line)
{
    static const char done[] = "{\"ok\": true}\n";
    static const char refused[] = "{\"ok\": false}\n";

    if (strncmp(line, "connect ", 8) == 0)
        publish(line + 8, true);
    else if (strncmp(line, "disconnect ", 11) == 0)
        publish(line + 11, false);
    else {
        if (write(fd, refused, sizeof refused - 1) < 0)
            perror("write");
        return;
    }
    if (write(fd, done, sizeof done - 1) < 0)
        perror("write");
}

static void hear(struct client *c)
{
    ssize_t got = read(c->fd, c->buffer + c->used, BUFFER - c->used);

    if (got <= 0) {
        close(c->fd);
        c->fd = -1;
        return;
    }
    c->used += (size_t)got;
    char *line = c->buffer, *stop = c->buffer + c->used, *end;
    while ((end = memchr(line, '\n', (size_t)(stop - line)))) {
        *end = '\0';
        obey(c->fd, line);
        line = end + 1;
    }
    c->used = (size_t)(stop - line);
    memmove(c->buffer, line, c->used);
}

static void welcome(int listener)
{
    int fd = accept(listener, NULL, NULL);

    for (int i = 0; fd >= 0 && i < CLIENTS; i++)
        if (clients[i].fd < 0) {
            clients[i].fd = fd;
            clients[i].used = 0;
            return;
        }
    if (fd >= 0)
        close(fd);
}

static int listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (fd < 0)
        die("socket");
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, CLIENTS))
        die(path);
    return fd;
}

static void step(int listener)
{
    struct pollfd fds[CLIENTS + 2];

    fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = mosquitto_socket(mosq), .events = POLLIN};
    if (mosquitto_want_write(mosq))
        fds[1].events |= POLLOUT;
    for (int i = 0; i < CLIENTS; i++)
        fds[i + 2] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    if (poll(fds, CLIENTS + 2, 1000) < 0 && errno != EINTR)
        die("poll");
    for (int i = 0; i < CLIENTS; i++)
        if (fds[i + 2].fd >= 0 && fds[i + 2].revents)
            hear(&clients[i]);
    if (fds[1].revents & (POLLIN | POLLHUP | POLLERR))
        if (mosquitto_loop_read(mosq, 1))
            die("broker");
    if (fds[1].revents & POLLOUT)
        mosquitto_loop_write(mosq, 1);
    if (fds[0].revents)
        welcome(listener);
    mosquitto_loop_misc(mosq);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: c_bridge SOCKET PORT PREFIX LINE...\n");
        return 2;
    }
    for (int i = 0; i < CLIENTS; i++)
        clients[i].fd = -1;
    prefix = argv[3];
    mosquitto_lib_init();
    mosq = mosquitto_new("c-bridge", true, NULL);
    mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(mosq, MOSQ_OPT_SEND_MAXIMUM, 1000);
    int failed = mosquitto_connect(mosq, "127.0.0.1", atoi(argv[2]), 30);
    if (failed) {
        fprintf(stderr, "connect: %s\n", mosquitto_strerror(failed));
        return 1;
    }
    while (mosquitto_socket(mosq) >= 0 && mosquitto_want_write(mosq))
        mosquitto_loop_write(mosq, 1);
    for (int i = 4; i < argc; i++)
        publish(argv[i], false);
    int listener = listen_on(argv[1]);
    for (;;)
        step(listener);
}
