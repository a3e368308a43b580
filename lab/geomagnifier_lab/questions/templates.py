"""Templates of questions: many registers of each task, as tables. `questions` fills their slots.

Slots: {s} singular, {p} plural, {a} with an article; {r} a noun phrase of either number and {one} a
singular one, both with their determiner; {box} coordinates; {scene} a place without and {ascene}
with an article; {options} and {x}, {y} places to choose from.
"""

from enum import StrEnum

from geomagnifier.language.classes import entries
from geomagnifier.types import Granularity


class Task(StrEnum):
    """What is asked for. `GRANULARITY` says at which level it is answered."""

    SCENE = "scene"
    SCENE_YES_NO = "scene_yes_no"
    CHOICE = "choice"
    CAPTION = "caption"
    TITLE = "title"
    RETRIEVAL = "retrieval"
    DETECT = "detect"
    LOCATE = "locate"
    COUNT = "count"
    EXISTS = "exists"
    CLASSIFY_BOX = "classify_box"
    SEGMENT = "segment"
    OUTLINE = "outline"
    DESCRIBE_SEGMENT = "describe_segment"


GRANULARITY: dict[Task, Granularity] = {
    **dict.fromkeys(
        (Task.SCENE, Task.SCENE_YES_NO, Task.CHOICE, Task.CAPTION, Task.TITLE, Task.RETRIEVAL),
        Granularity.IMAGE,
    ),
    **dict.fromkeys(
        (Task.DETECT, Task.LOCATE, Task.COUNT, Task.EXISTS, Task.CLASSIFY_BOX), Granularity.REGION
    ),
    **dict.fromkeys((Task.SEGMENT, Task.OUTLINE, Task.DESCRIBE_SEGMENT), Granularity.PIXEL),
}


OBJECTS: dict[Task, tuple[str, ...]] = {
    Task.DETECT: entries("""
        Draw a box around every {s}. | Put a bounding box on each {s}.
        Detect any {p} in this image | {s} detection | Run object detection for {p}.
        boxes for all the {p} please | Could you mark all {p} with rectangles?
        I need bounding boxes of the {p}. | Which boxes contain {a}?
        Identify all {p} and return their coordinates. | Return [x0, y0, x1, y1] for every {s}.
        Spot all the {p} for me. | Please look for {p} and box whatever you find.
        Tell me the position of each {s}. | Frame every single {s} in the picture.
        Pinpoint all {p}. | detect {p}, bounding boxes only
        Are there {p}? If so, draw rectangles around them.
        Search the whole scene for {p} and report boxes with scores.
        At which coordinates do you see {p}? | List every {s} with its bounding box.
        Object detection, class: {s} | Find {p} anywhere in this aerial image. | {p}: bounding boxes
        I'm looking for {p}; where do they appear? | Flag each {s} you can find.
        Show me where all the {p} are. | Scan the frame for {p}.
        Give me the box of every visible {s}. | Please detect all instances of {s}.
        all {p}, as boxes with confidence | Would you find me the {p} in this satellite photo?
        Mark the positions of the {p}. | Report the location of every {s} you detect.
        put rectangles around the {p} | Axis-aligned boxes for each {s}, in pixels.
        Do a target search: {p}. | Hunt down every {s} in view.
        Enclose each {s} in a tight rectangle.
        Which parts of the picture hold {p}? Give rectangles.
    """),
    Task.LOCATE: entries("""
        Locate {r} in this photo. | Where exactly is {one}? | Give me the bounding box of {r}.
        Put a box around {r}. | Where in the picture would I find {r}? | coordinates of {r}
        Please show me the position of {r} with a box. | Tell me where {one} is.
        I can't find {r}, can you help me locate it? | bbox: {r} | Draw a rectangle around {r}.
        Ground this phrase: {r} | Mark the place of {r}. | Return the box that holds {r}.
        Could you point out {r}? | What are the pixel coordinates of {r}?
        Visual grounding of "{r}" | Spot {r} for me. | Whereabouts is {one} in this image?
        position of {r}, please | Enclose {r} in a rectangle. | Find and box {r}
        In which corner is {one}? Give a box. | Help me find {r} on this photo.
        Pinpoint {r} with a bounding box. | i need the location of {r} | Can you detect {r}?
        Which rectangle encloses {r}? | Zoom to {r} and report its extent.
        Let me know where {r} can be seen. | Provide x and y of {r}. | Point at {r}. | Frame {r}.
        Identify {r} and give its bounding box. | localize {r}
        Look for {r} and tell me the coordinates.
    """),
    Task.COUNT: entries("""
        How many {p} are there? | Count the {p}. | What is the number of {p} in this image?
        {s} count | Please count every {s} you find. | how many {p}
        Tell me the total number of {p}. | Can you count the {p} for me? | Give a tally of the {p}.
        I'd like to know how many {p} are visible. | Are there more than five {p}? How many exactly?
        total {p}? | Estimate the quantity of {p}. | How many {p} does the image contain?
        Do an inventory of {p}: number only. | What's the {s} count here?
        Count up {p} in the scene, please | How large is the number of {p} shown?
        Report the amount of {p} as a figure. | Quantify the {p} in view.
        Just a number: how many {p}? | In this satellite image, how many {p} do we have?
        object count, {p} | Could you tell me how many {p} appear? | Enumerate the {p}.
        Exactly how many {p} have you found? | n of {p} | What number of {p} can be identified?
        Check how many {p} show up. | How many separate {p} can be made out? | Add up all the {p}.
        I need a head count of {p}.
    """),
    Task.EXISTS: entries("""
        Is there {a} in the image? If so, where? | Do you see any {p}, and at what position?
        Can {a} be found here? Show me the spot. | any {p}? where?
        Does this scene contain {a}? Give its box. | Is {a} visible anywhere, and in which place?
        Check whether there is {a} and mark it with a box.
        Tell me if you see {a}, with coordinates. | Are any {p} present? Point them out.
        If {a} exists in this picture, locate it. | presence and position of {p}
        Is there at least one {s}? Tell me where it sits. | Can you spot {a} somewhere?
        Look whether {a} is there; if yes, return its location. | Have you found {a}? Where about?
        Would there be {a} in view, and where is it?
        Verify that {a} is present and give the bounding box. | {a}, yes or no? And where?
        Do any {p} appear? Where do they lie?
        Is so much as a single {s} to be seen, and in what part of the frame?
        Let me know if there is {a}, and its position. | Any sign of {a}? Box it.
        Confirm the presence of {p} and list the boxes.
        Might that be {a} down there? Show me which spot.
    """),
    Task.CLASSIFY_BOX: entries("""
        What object is in the box {box}? | Classify the object inside {box}.
        Which class does the region {box} belong to? | {box}: what is it?
        What do you see within {box}? | Tell me what kind of object {box} encloses.
        Label this box: {box} | object class of {box} | Identify the thing in the rectangle {box}.
        Please name what the bounding box {box} contains. | What's inside the marked box?
        Which category fits the area {box}?
        Is the object at {box} a ship, a vehicle or an airplane?
        What am I looking at in region {box}? | Recognise the object at coordinates {box}.
        classify {box} | Which kind of object is framed by this box?
        Give a label to the selected region. | The rectangle {box} shows what?
        Say what lies between the corners of {box}. | Determine the type of the target in {box}.
        What is this, in the box I drew? | Can you recognise the item within the box {box}?
        Name the highlighted object. | box {box} class? | I've selected {box}. What object is this?
        What type of thing sits in the window {box}? | Assign a class to the bounding box {box}
        Tell me the category of the boxed object. | What would you call the object in {box}?
        Read the region {box} and name its content. | Which of your object classes matches {box}?
    """),
    Task.SEGMENT: entries("""
        Segment all {p}. | Segment the {p} in this image. | Please segment each {s}.
        Give me a mask of every {s}. | {s} segmentation | segmentation mask for {p}
        Create masks for the {p}. | Could you produce a pixel mask of the {p}?
        I want every pixel that belongs to {a}. | Mark each pixel of the {p}.
        Highlight the {p} pixel by pixel. | Run instance segmentation on {p}.
        Return a binary mask where {p} are white. | Colour in all the {p}. | Paint over each {s}.
        Separate the {p} from the background. | Cut every {s} out of the picture.
        Export polygons of all {p}. | Vectorise the {p}.
        Digitise each {s} as a polygon for my GIS. | {p} mask | Make a shapefile of the {p}.
        Which pixels make up the {p}? | Draw the exact shape of every {s}.
        Show the precise extent of all {p}. | Fill in each {s} with colour.
        GeoJSON polygons of the {p}, please | Isolate the {p}. | I need the masks of all {p}
        Pixel-wise labelling of {p}. | mask out every {s} | Can I get the {p} segmented?
        Generate an overlay that covers only the {p}. | Shade the area taken up by {p}.
        Label every pixel showing {a}. | per-pixel map of the {p}
        Would you kindly segment any {p} you notice? | semantic mask, class {s}
        Export the footprints of the {p}. | Compute the mask of each {s} so I can measure its area.
    """),
    Task.OUTLINE: entries("""
        Segment {r} precisely. | Outline {r} for me, please | Trace the boundary of {r}.
        Give me the mask of {r}. | Draw the contours of {r}. | Where are the exact edges of {r}?
        Delineate {r}. | contour of {r} | Follow the outline of {r} precisely.
        Cut {r} out of the image. | I need a polygon around {r} | Return the segmentation of {r}.
        Highlight every pixel of {r}. | Show the silhouette of {r}. | polygon of {r}
        What is the precise shape of {r}? | Could you trace {r} along its border? | Please mask {r}.
        Isolate {r} at pixel level. | Referring segmentation: {r} | Extract the footprint of {r}.
        Digitise the edge of {r}. | Which pixels belong to {r}? | Colour {r} in.
        Make a cut-out of {r}. | mask wanted: {r} | Let me have the exact border of {r}.
        Paint {r} red. | Vector outline of {r}, as accurate as possible
        Draw around {r} following its real shape, not a box.
        Show me just {r} and blank out the rest. | Map the perimeter of {r}. | Trace out {r}
        Separate {r} from everything around it. | Can you delineate the limits of {r}?
        Fill the shape of {r}. | Save {r} as a polygon layer. | Segment out {r}, nothing else.
        Sketch the true boundary line of {r}. | Pixel-accurate mask of {r}
    """),
    Task.DESCRIBE_SEGMENT: entries("""
        Describe the image and segment the {p}. | Tell me about this scene and mask every {s}.
        Write a caption, then outline the {p}. | What is going on here? Segment the {p} as well.
        Give a description with masks for the {p}. | caption plus {s} masks
        Explain the picture and colour in the {p}.
        Summarise the scene and show the pixels of the {p}.
        Please describe what you see and trace the {p}.
        Describe the surroundings of the {p} and give their masks.
        Talk me through the image while highlighting each {s} with a mask.
        One sentence about the place, and polygons of its {p}.
        Report on the {p}: a text and a segmentation. | Describe and segment: {p}
        Comment on the scene, with an outline of every {s} you refer to.
        Provide a grounded caption with a mask for each {s}.
        Say where the {p} stand and segment them. | Short summary of the view, {p} segmented
        Answer in words and masks: what about the {p}?
        Describe the {p} and mark their exact shapes.
        I want a short text about the area and the contours of the {p}.
        Can you describe this photo and cut out the {p}?
        Characterise the site and extract its {p} as polygons.
        Tell what the image shows; mask the {p} in it. | scene description + pixel mask of {p}
        Narrate this view, attaching a mask to every {s}.
        Explain what kind of place this is and delineate the {p}.
        Make a report with text and {s} outlines.
        Describe how the {p} are arranged and segment each one.
        Give an account of the scene with the {p} painted over.
        Put into words what you see and shade each {s}.
        Interpret the image; return masks for the {p} you mention.
    """),
}

STUFF: dict[Task, tuple[str, ...]] = {
    Task.DETECT: entries("""
        Find the areas of {p} and box them. | Mark all {p} with boxes. | Where do you see {p}?
        bounding boxes of {p} | Locate any {p} in the image. | Detect whatever {p} you can.
        Draw rectangles around the {p}. | Show me where to find {p}.
        Which part of the scene has {p}? Give a box. | Look for {p} and return the coordinates.
        Put a box around {r}. | In which corner can I find {p}? | {p}: where
        Can any {p} be seen here, and in which place? | Point out {r}. | Report the location of {r}.
        Box all the {p} you see. | Can you locate {r}? | Give rough positions of the {p}.
        Tell me whereabouts {p} can be seen. | Search this image for {p}, boxes please
        Where would I find {r}? | coordinates of {r} | Enclose {r} in rectangles.
    """),
    Task.SEGMENT: entries("""
        Please segment {r}. | Segment the {p} in this image. | Which pixels show {p}?
        pixels covered by {p} | Map all {p}. | Make a land-cover mask of {p}. | {p} mask
        Mark every pixel of {r}. | Give me a mask of {r}. | Please delineate {r}. | Colour all {p}.
        Convert {p} to polygons. | Outline {r} on the map. | Land cover: {p}
        Distribution of {p} as a pixel map | Show the exact extent of the {p}.
        Highlight {r} pixel by pixel. | Which area is covered with {p}? Give its mask.
        Trace the edges of the {p}. | segmentation of {p} | Separate the {p} from the rest.
        Draw the boundaries of {r}. | Could you mask out {r}? | Label each pixel that shows {p}.
        Shade {r} in grey. | Classify the pixels into {p} and everything else. | Vectorise {r}.
        I need the polygons of {r}. | Digitise the {p} for a map layer.
        Compute the area of {p} from an exact mask. | Paint {r} in one colour.
        Binary raster of {p}, please | Turn {r} into a GIS layer of polygons.
        Cut {r} out of the picture. | What share of the pixels shows {p}? Mark them.
        Produce a segmentation map for {p}. | pixel-wise {p} extraction | Fill in {r}.
        Where precisely are the limits of the {p}? Draw the border. | Get me the contours of {r}.
    """),
    Task.DESCRIBE_SEGMENT: entries("""
        Describe the picture and mask the {p}. | Tell me about the land cover and segment the {p}.
        Write a sentence on the scene and colour all {p}. | caption, plus a mask of the {p}
        Summarise the view and show which pixels are covered by {p}.
        What does the landscape look like? Outline the {p} too.
        Describe the area with the {p} segmented. | Give a text and a map of the {p}.
        Explain the scene while highlighting {p} pixel by pixel.
        Comment on {r} and give an exact mask.
        Describe where the {p} can be found and delineate every bit.
        Report in words, with polygons of {p}. | Put the scene into words, then trace {r}.
        short description and {p} pixels | Say what you see of the {p} and give the mask.
        Describe the ground and extract the {p}.
    """),
}

EVERYTHING: dict[Task, tuple[str, ...]] = {
    Task.DETECT: entries("""
        Detect all objects. | Find everything you know in this image.
        Draw boxes around all the objects. | object detection, all classes
        Which objects are in the scene? Give their boxes. | List each object with its coordinates.
        Locate everything of interest. | Put a labelled box on every object.
        What objects can you detect? | Mark all targets with rectangles. | boxes for everything
        Please find any objects and tell me where they are. | Run a full detection on this frame.
        Return bounding boxes for every class. | Show the position of all known things.
        Where are objects of any kind? Box them.
    """),
    Task.COUNT: entries("""
        How many objects are there in total? | Count everything you recognise.
        Count the objects of each class. | object counts by type | Make an inventory of all objects.
        How many things of each kind do you find?
        Give the total count of objects, whatever they are.
        Tally all the objects you can identify.
    """),
    Task.SEGMENT: entries("""
        Segment everything. | Segment all objects in the image. | Give a mask for every object.
        full segmentation map | Label every pixel of the scene. | Outline all things you recognise.
        Produce a complete land-cover map, pixel by pixel. | Masks for all classes, please
        Divide the picture into its parts at pixel level. | Colour each object with its class.
        semantic segmentation of the whole image | Extract every object as a polygon.
        Trace the contours of whatever is there. | Turn the entire scene into labelled polygons.
        Which class has each pixel? Give a map. | Mask anything you can name.
    """),
    Task.DESCRIBE_SEGMENT: entries("""
        Describe the image and segment everything you mention.
        Write a caption in which each object comes with its mask.
        Tell me what you see, with a mask for each thing. | grounded caption with masks
        Describe the scene and tie every phrase to its pixels.
        Explain this picture; outline whatever you talk about.
        Summarise the scene and mask all objects in your text.
        Give a description whose nouns are segmented. | Describe what is here and cut out each item.
        Have a grounded conversation with me: text and masks, please.
        Detailed description, every object segmented | Caption this and shade all the things named.
        Talk about the scene and draw the contour of each object.
        Say what the image contains and give the exact shapes.
        Narrate the view with pixel masks for the objects.
        For every object in your description, add its segmentation.
    """),
}

IMAGE: dict[Task, tuple[str, ...]] = {
    Task.SCENE: entries("""
        What kind of place is this? | Classify this scene.
        Which scene category fits the image best? | scene classification
        What sort of area are we looking at? | Tell me the type of scene. | Name the scene.
        What is the land use of this area? | How would you label this image as a whole?
        What place was photographed here? | Assign one category to the whole picture. | scene type?
        Give me the most likely land-use class. | Which class does the image belong to?
        Could you tell me what kind of site this is? | Determine the dominant land use.
        What am I looking at from above? | In one or two words: what is this place?
        Identify the type of terrain. | overall category of this tile
        Which label suits this aerial view? | Please categorise the scene.
        What kind of environment is seen from the air? | Say what sort of location it is.
        Land use and land cover class of the image | What does this satellite tile depict overall?
        Sort this picture into a scene class. | Which type of landscape do we see?
        Where could this have been taken: what type of place? | Predict the scene label.
        I need the scene class of this patch. | How is this area used?
        What's this area, in general? | Is this urban or rural, and what type of area?
        classify the whole image | Choose the scene label that describes the tile.
        What is this a picture of? | Best guess at the kind of place? | Recognise the scene, please
        Which function does this piece of land have?
    """),
    Task.SCENE_YES_NO: entries("""
        Does this image show {ascene}? | Is the place in the picture {ascene}?
        Would you say this is {ascene}? | {scene}, yes or no? | Is this a picture of {ascene}?
        Could the scene be {ascene}? | Am I looking at {ascene}?
        Does the label "{scene}" fit the whole scene? | Was this photo taken over {ascene}?
        Can this area be classified as {ascene}? | is it {ascene}
        True or false: the image shows {ascene}. | Do we see {ascene} here as the main land use?
        Check whether the scene is {ascene}. | Is {scene} the right category for this image?
        I think it's {ascene}, am I right? | Might this satellite view be of {ascene}?
        Does this area look like {ascene}? | Is the dominant land use {scene}?
        Tell me if this is {ascene}. | Would "{scene}" be a correct scene label?
        Confirm that the picture is of {ascene}. | Are we above {ascene}?
        Should I file this tile under {scene}?
    """),
    Task.CHOICE: entries("""
        Is it {x} or {y}? | Which is it: {options}? | {x} or {y} here?
        Does the image show {x} or rather {y}? | Pick the right label: {options}. | {x} vs {y}
        Is the land used as {x} or as {y}? | Which of these fits best, {options}?
        More like {x} or more like {y}? | Decide between {x} and {y}.
        Select the scene class from: {options} | Would you call this {x} or {y}?
        Scene label, one of {options} | Is this area mostly {x} or {y}?
        Between {options}, what is most likely? | What do we have here, {options}?
        Tell me whether this is {x} or {y}. | options: {options}. Which one?
        Looks like {x}, or is it {y}? | The correct class is one of these: {options}. Name it.
        Are we seeing {x}, or {y}? | Out of {options}, which describes the picture?
        {x}? {y}? Which of the two? | Classify as {options}.
    """),
    Task.CAPTION: entries("""
        Describe this image. | Caption this. | What can be seen in the image?
        Give me a short description of the scene. | Write one sentence about this picture.
        Describe what you see. | image caption please
        Please provide a caption for this aerial photo. | Summarise the picture.
        Tell me about this image. | Explain what is shown here.
        What is going on in this satellite image? | A brief summary of the view, please
        Put the scene into words. | describe the area
        How would you describe this place to someone who cannot see it?
        Give an overview of the scene. | In a few words, what does the image contain?
        Generate a caption. | Sum up what this aerial view shows. | Can you describe the landscape?
        Write a short text on this satellite photo. | What's in this picture, in one sentence?
        Report what the image shows in general. | I'd like a description of the whole scene.
        general impression of the image | Describe the place from above.
        Draft an alt text for this photo. | What would a good caption say?
        Outline in words what the picture is about. | summary of the scene
        Give the gist of this image.
    """),
    Task.TITLE: entries("""
        Give this image a title. | Suggest a title for the picture. | title for this photo
        What would be a fitting headline for this view? | Name this picture in five words or fewer.
        Propose a short heading. | Find a good title for the scene.
        I need a headline for this aerial photograph. | a few words to put under this picture
        Make up a title for the satellite image. | Write a heading of a few words for this tile.
        Which title suits the image? | short title | How should I title this photo?
        Title, please: what is shown? | Come up with a concise name for this scene.
    """),
    Task.RETRIEVAL: entries("""
        Find images of {ascene}. | Show me pictures of {ascene}. | Search the archive for {ascene}.
        images that look like this one | Find similar images. | Retrieve photos with {p}.
        Which images in the collection show {ascene}? | Look up scenes with {p} near {ascene}.
        More images like this, please | Do we have any pictures of {ascene} with {p}?
        Rank the images by how well they match "{scene}". | pictures of {ascene}
        Find me another scene that resembles this one. | Query the index: {ascene} with {p}.
        What are the nearest neighbours of this picture in the archive?
        Get all tiles that show {ascene}. | Search by image: same kind of place.
        I'm after aerial photos of {ascene}. | Bring up satellite images in which {p} appear.
        scenes similar to the present one | Which pictures are most like this?
        Browse the collection for {ascene}. | List images that contain {p}.
        Match this description against the archive: {ascene} and some {p}.
        Are there other images of {ascene}? | image search, {scene}
        Return the ten best matches for {ascene}. | Find pictures taken over {ascene}.
        retrieve lookalikes of this tile | Can you dig out photos of {ascene}?
        Select every scene of the archive with {p} in it.
        Which stored images come closest to this view?
    """),
}

PLAIN_MANY = (
    "the {s}",
    "the {p}",
    "all {p}",
    "all the {p}",
    "every {s}",
    "each {s}",
    "any {p}",
    "all visible {p}",
)
PLAIN_STUFF = (
    "the {p}",
    "all {p}",
    "all the {p}",
    "any {p}",
    "all visible {p}",
    "the areas of {p}",
    "just the {p}",
)
