"""The grid that several programs here measure."""
import wires


def grid(mesh, side):
    """The hosts row by row, joined to their right and lower neighbours, no daemon running."""
    hosts = [mesh.unplugged(f"r{row}c{column}") for row in range(side) for column in range(side)]
    for i, host in enumerate(hosts):
        if i % side < side - 1:
            wires.wire(host, hosts[i + 1])
        if i + side < len(hosts):
            wires.wire(host, hosts[i + side])
    return hosts
