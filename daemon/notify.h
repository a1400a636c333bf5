/* What the service manager is told, by sd_notify(3). Without one nothing happens. The watchdog is
 * the loop's. A lost message is not worth a failure, but for one. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/* Start is complete, or a reload is. 0 or -errno: who does not hear of a start takes it for one
 * that hangs. */
int notify_ready(void);

/* What systemctl status shows, one line. */
void notify_status(const char *text);

/* The configuration is being read again; notify_ready ends it. */
void notify_reloading(void);

void notify_stopping(void);

#endif
