"""How long things are: metres on the ground, of the small ones of a kind (a quarter is smaller).

Rounded figures of common knowledge: rules of sports, types of vehicles, aircraft and tanks. They only set the scale a scene is searched at.
"""

METRES = {
    "airplane": 20.0,
    "ship": 15.0,
    "storage tank": 12.0,
    "baseball diamond": 40.0,
    "tennis court": 24.0,
    "basketball court": 26.0,
    "ground track field": 150.0,
    "harbor": 50.0,
    "bridge": 50.0,
    "vehicle": 4.5,
    "building": 10.0,
}
