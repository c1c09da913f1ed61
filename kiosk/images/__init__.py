"""Pictures of the screens: icons, drawings, the river, drawn covers; made as pixels without a window."""
