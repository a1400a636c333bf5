/* A value that one thread writes and others read while it changes: each read gives a value that was
 * once there, whole, and orders nothing else. Where the order matters an acquiring read sees all
 * that was written before the releasing write it reads from. C11, section 5.1.2.4. */
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#define SHARED_GET(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define SHARED_SET(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELAXED)

#define SHARED_ACQUIRE(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define SHARED_RELEASE(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)

/* Adds to a figure that only the caller's thread changes. */
#define SHARED_ADD(place, more) SHARED_SET(place, SHARED_GET(place) + (more))

#endif
